"""A network whose layers are einops' patterns, and the functions behind them."""

import torch
import torch.nn.functional as F
from einops import EinopsError, einsum, pack, parse_shape, rearrange, reduce, repeat, unpack
from einops.layers.torch import EinMix, Rearrange, Reduce
from torch import nn

torch.manual_seed(0)
images = torch.randn(6, 3, 8, 8, requires_grad=True)
labels = torch.arange(6) % 4

patches = rearrange(images, "b c (h p) (w q) -> b (h w) (p q c)", p=4, q=4)
print(patches.shape, parse_shape(images, "b c _ w"))
print(f"{reduce(images, 'b c h w -> b c', 'max').sum().item():.4f}")
print(f"{repeat(images, 'b c h w -> b c (h r) w', r=2).mean().item():.4f}")
print(f"{einsum(images, images, 'b c h w, b d h w -> b c d').sum().item():.3f}")
packed, shapes = pack([images, images[:, :, 0, 0]], "b *")
whole, corner = unpack(packed, shapes, "b *")
print(packed.shape, shapes, torch.equal(whole, images), torch.equal(corner, images[:, :, 0, 0]))
try:
    rearrange(images, "b c h -> b c h")
except EinopsError as error:
    print(error)

model = nn.Sequential(
    EinMix("b c (h p) (w q) -> b (h w) o", "p q c o", bias_shape="o", p=4, q=4, c=3, o=16),
    nn.GELU(),
    Rearrange("b n (heads d) -> b heads n d", heads=2),
    Reduce("b heads n d -> b heads d", "mean"),
    Rearrange("b heads d -> b (heads d)"),
    nn.Linear(16, 4),
)
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(30):
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.4f}")
print(f"{images.grad.norm().item():.3f}")
