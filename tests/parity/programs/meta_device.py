"""Models made without memory, as libraries make those whose weights they are going to load."""

import copy

import torch
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, width, heads=2):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.scale = nn.Parameter(torch.randn(width) * 0.02)
        self.register_buffer("steps", torch.arange(width))
        nn.init.trunc_normal_(self.feed[0].weight, std=0.02)

    def forward(self, x):
        y, _ = self.attention(x, x, x)
        return self.norm(x + self.feed(y) * self.scale)


class Net(nn.Module):
    def __init__(self, width=8, depth=2):
        super().__init__()
        self.embed = nn.Embedding(20, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, 20)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


with torch.device("meta"):
    huge = Net(width=4096, depth=2)
    print(torch.get_default_device(), torch.zeros(2, 3), torch.zeros(1, device="cpu").device)
print(sum(p.numel() for p in huge.parameters()), huge.head.weight.device, huge.head.weight.is_meta)
print(huge.blocks[0].steps, huge.embed.weight.dtype)
print("nothing was drawn:", torch.rand(2))

# Shapes without numbers.
x = torch.randn(3, 4, device="meta")
y = torch.nn.functional.softmax(x @ torch.empty(4, 5, device="meta") + 1, dim=-1)
print(y, y[:, 1:3].t().shape, torch.cat([y, y]).sum(0), (y > 0).dtype, x.to("meta") is x)
print(x.view(12).stride(), x.add_(1), x.new_zeros(2), torch.zeros_like(x, device="cpu").sum())
print(x.half(), copy.deepcopy(x), x.data_ptr(), nn.Parameter(x).requires_grad)
with torch.no_grad():
    print(huge(torch.zeros(2, 3, dtype=torch.long, device="meta")).shape)

# What has no numbers does not show any.
for look in (
    lambda: x.tolist(),
    lambda: x.cpu(),
    lambda: torch.zeros(3, 4).copy_(x),
    lambda: huge.to("cpu"),
    lambda: torch.ones(3, 4) + x,
):
    try:
        look()
    except (NotImplementedError, RuntimeError) as error:
        text = str(error).splitlines()[0]
        print(isinstance(error, NotImplementedError), text.split(": ")[-1].split(";")[0])

# Memory for it, and weights into it.
source = Net()
with torch.device("meta"):
    net = Net()
print(net.load_state_dict(source.state_dict(), assign=True), net.head.weight.device)
tokens = torch.randint(0, 20, (4, 6))
print(torch.equal(net(tokens), source(tokens)))
weight = type(net.head.weight)(source.head.weight.data, requires_grad=False)
print(weight.device, weight.requires_grad, isinstance(weight, nn.Parameter))
with torch.device("meta"):
    other = Net()
other.to_empty(device="cpu").load_state_dict(source.state_dict())
optimizer = torch.optim.AdamW(other.parameters(), lr=1e-2)
for step in range(5):
    loss = nn.functional.cross_entropy(other(tokens).flatten(0, 1), tokens.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
