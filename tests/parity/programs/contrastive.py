"""Contrastive learning and what is built on it: NT-Xent, triplets, a frozen encoder, a probe."""

import torch
from torch import nn
from torch.nn import functional as F


def augment(x):
    noise = 0.1 * torch.randn_like(x)
    mask = torch.rand_like(x) > 0.1
    return (x + noise) * mask


def nt_xent(z1, z2, temperature=0.2):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    n = len(z1)
    target = torch.cat([torch.arange(n) + n, torch.arange(n)])
    return F.cross_entropy(similarity, target)


torch.manual_seed(13)
prototypes = torch.randn(4, 20)
labels = torch.randint(4, (200,))
data = prototypes[labels] + 0.5 * torch.randn(200, 20)

encoder = nn.Sequential(nn.Linear(20, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))
projector = nn.Sequential(nn.Linear(16, 16), nn.ELU(), nn.Linear(16, 8))
optimizer = torch.optim.SGD(
    [{"params": encoder.parameters()}, {"params": projector.parameters(), "lr": 0.1}],
    lr=0.05,
    momentum=0.9,
    weight_decay=1e-4,
)
for step in range(20):
    batch = data[torch.randperm(200)[:64]]
    loss = nt_xent(projector(encoder(augment(batch))), projector(encoder(augment(batch))))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} {loss.item():.4f}")

# The encoder is frozen; a linear probe learns on top of it.
encoder.eval().requires_grad_(False)
probe = nn.Linear(16, 4)
print([name for name, p in nn.Sequential(encoder, probe).named_parameters() if p.requires_grad])
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, probe.parameters()), lr=0.05)
for step in range(15):
    loss = F.cross_entropy(probe(encoder(data)), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"probe {loss.item():.3f}, encoder has gradients: {encoder[0].weight.grad is not None}")

# Triplets and pairs on the frozen features.
with torch.no_grad():
    features = F.normalize(encoder(data), dim=-1)
anchor, positive, negative = features[:20], features[20:40], features[40:60]
print(f"{nn.TripletMarginLoss(margin=0.5)(anchor, positive, negative):.4f}")
print(f"{F.cosine_embedding_loss(anchor, positive, 2 * (labels[:20] == labels[20:40]) - 1):.4f}")
distance = torch.cdist(features, features)
nearest = distance.fill_diagonal_(9.0).argmin(dim=1)
print(f"nearest neighbours agree: {(labels[nearest] == labels).float().mean():.2f}")

# Distillation of the probe into a student.
student = nn.Linear(20, 4)
optimizer = torch.optim.Adamax(student.parameters(), lr=0.02)
with torch.no_grad():
    teacher = probe(encoder(data))
for epoch in range(12):
    soft = F.kl_div(
        F.log_softmax(student(data) / 4, dim=1),
        F.softmax(teacher / 4, dim=1),
        reduction="batchmean",
    )
    loss = 16 * soft + F.cross_entropy(student(data), labels)
    student.zero_grad()
    loss.backward()
    optimizer.step()
    print("epoch %d %.4f" % (epoch, loss))
