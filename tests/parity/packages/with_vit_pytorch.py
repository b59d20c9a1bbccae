"""Vision transformers of vit-pytorch: trained, saved, looked into."""

import random

import torch
import torch.nn.functional as F
from vit_pytorch import SimpleViT, ViT
from vit_pytorch.cait import CaiT
from vit_pytorch.extractor import Extractor
from vit_pytorch.recorder import Recorder

sizes = {
    "image_size": 16,
    "patch_size": 4,
    "num_classes": 5,
    "dim": 32,
    "depth": 2,
    "heads": 4,
    "mlp_dim": 64,
}
images = torch.empty(20, 3, 16, 16)
labels = torch.arange(20) % 5


def fit(model, objective, steps):
    print(type(model).__name__, sum(p.numel() for p in model.parameters()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(steps):
        loss = objective(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step} loss {loss.item():.4f}")


def classify(model):
    return F.cross_entropy(model(images), labels)


torch.manual_seed(0)
random.seed(0)  # CaiT draws from it which layer to keep
images.normal_()
vit = ViT(**sizes, dropout=0.1, emb_dropout=0.1)
fit(vit, classify, 30)
fit(SimpleViT(**sizes), classify, 12)
fit(CaiT(**sizes, cls_depth=2, dropout=0.1, layer_dropout=0.05), classify, 12)

torch.save(vit.state_dict(), "vit.pt")
again = ViT(**sizes)
print(again.load_state_dict(torch.load("vit.pt")))
again.eval()
with torch.no_grad():
    scores, attention = Recorder(again)(images)
    print(scores.shape, attention.shape, f"{attention.std().item():.3f}")
    scores, embeddings = Extractor(again)(images)
    print(embeddings.shape, f"{embeddings.abs().mean().item():.3f}")
