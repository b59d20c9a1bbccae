"""A vision transformer: patches by unfolding, a class token, pre-norm blocks, cosine schedule."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads=4, dim_head=8, dropout=0.0):
        super().__init__()
        inner_dim = dim_head * heads
        self.heads = heads
        self.scale = dim_head**-0.5
        self.to_qkv = nn.Linear(dim, inner_dim * 3, bias=False)
        self.to_out = nn.Sequential(nn.Linear(inner_dim, dim), nn.Dropout(dropout))

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (
            t.view(b, n, self.heads, -1).transpose(1, 2) for t in self.to_qkv(x).chunk(3, -1)
        )
        dots = torch.einsum("bhid,bhjd->bhij", q, k) * self.scale
        out = torch.einsum("bhij,bhjd->bhid", dots.softmax(dim=-1), v)
        return self.to_out(out.transpose(1, 2).reshape(b, n, -1))


class Block(nn.Module):
    def __init__(self, dim, mlp_dim, dropout, norm_layer=partial(nn.LayerNorm, eps=1e-6)):
        super().__init__()
        self.norm1, self.norm2 = norm_layer(dim), norm_layer(dim)
        self.attn = Attention(dim, dropout=dropout)
        self.mlp = nn.Sequential(
            nn.Linear(dim, mlp_dim), nn.GELU(), nn.Dropout(dropout), nn.Linear(mlp_dim, dim)
        )

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, *, image=12, patch=4, channels=3, dim=32, depth=2, classes=5, dropout=0.1):
        super().__init__()
        self.patch = patch
        self.to_patch_embedding = nn.Linear(channels * patch**2, dim)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.pos_embedding = nn.Parameter(torch.empty(1, (image // patch) ** 2 + 1, dim))
        nn.init.trunc_normal_(self.pos_embedding, std=0.02)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(dim, 2 * dim, dropout) for _ in range(depth)])
        self.mlp_head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def forward(self, img):
        patches = F.unfold(img, self.patch, stride=self.patch).transpose(1, 2)
        x = self.to_patch_embedding(patches)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1)
        x = self.dropout(x + self.pos_embedding)
        for block in self.blocks:
            x = block(x)
        return self.mlp_head(x[:, 0])


torch.manual_seed(123)
images = torch.rand(80, 3, 12, 12)
labels = torch.arange(80) % 5
images[torch.arange(80), labels % 3, labels] += 1.0  # a bright line in one of the channels

model = ViT()
decay = [p for p in model.parameters() if p.dim() >= 2]
no_decay = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 0.05}, {"params": no_decay, "weight_decay": 0.0}], lr=3e-3
)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)

step = 0
for epoch in range(10):
    for chosen in torch.randperm(len(images)).chunk(2):
        loss = F.cross_entropy(model(images[chosen]), labels[chosen], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        print(f"step {step:02d} loss {loss.item():.4f} lr {optimizer.param_groups[0]['lr']:.6f}")
        step += 1

model.eval()
with torch.no_grad():
    probabilities = F.softmax(model(images), dim=-1)
top = probabilities.topk(2)
print(top.indices[:5].tolist(), (top.indices[:, 0] == labels).float().mean())
print(f"{top.values[:, 0].mean().item():.3f}")
