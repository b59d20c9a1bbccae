"""A run that is interrupted and resumed goes on with the very same numbers."""

import copy
import io
import os
import tempfile
from pathlib import Path

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import ExponentialLR


class Net(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.hidden = hidden
        self.layers = nn.ModuleDict({"in": nn.Linear(3, hidden), "out": nn.Linear(hidden, 1)})
        self.bn = nn.BatchNorm1d(hidden)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        return self.layers["out"](self.drop(torch.relu(self.bn(self.layers["in"](x)))))


def make():
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, amsgrad=True)
    return model, optimizer, ExponentialLR(optimizer, gamma=0.9)


def train(model, optimizer, scheduler, epochs):
    losses = []
    model.train()
    for _ in range(epochs):
        x = torch.randn(20, 3)
        loss = nn.functional.mse_loss(model(x), x.prod(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


def save_checkpoint(path, epoch, model, optimizer, scheduler):
    checkpoint = {
        "epoch": epoch,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "rng": torch.get_rng_state(),
        "config": {"hidden": model.hidden, "name": "net"},
    }
    torch.save(checkpoint, path)


torch.manual_seed(77)
run = make()
first = train(*run, epochs=6)
path = Path(tempfile.mkdtemp()) / "checkpoint.pth"
save_checkpoint(path, 6, *run)
rest = train(*run, epochs=6)
for step, loss in enumerate(first + rest):
    print(f"step {step} {loss:.4f}")

torch.manual_seed(1)
model, optimizer, scheduler = make()
if os.path.isfile(path):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    print(model.load_state_dict(checkpoint["model_state_dict"]), checkpoint["config"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    torch.set_rng_state(checkpoint["rng"])
    start_epoch = checkpoint["epoch"]
again = train(model, optimizer, scheduler, 12 - start_epoch)
print("the same:", again == rest, scheduler.last_epoch, "%.5f" % optimizer.param_groups[0]["lr"])

state = optimizer.state_dict()
print(state["param_groups"][0].keys(), sorted(state["state"]), list(state["state"][0]))
print(state["state"][0]["step"], [tuple(v.shape) for v in state["state"][0].values()])

# The whole module, and a file in memory.
buffer = io.BytesIO()
torch.save(model, buffer)
buffer.seek(0)
whole = torch.load(buffer, weights_only=False)
model.eval()
whole.eval()
x = torch.ones(2, 3)
print(torch.equal(whole(x), model(x)), type(whole).__name__, whole.training)
best = copy.deepcopy(model.state_dict())
train(model, optimizer, scheduler, 1)
print(torch.equal(best["bn.running_mean"], model.bn.running_mean))
model.load_state_dict(best)
print(torch.equal(model.eval()(x), whole(x)))

# Only some of the layers, with other names.
backbone = nn.Sequential(nn.Linear(3, 16), nn.BatchNorm1d(16))
names = {"layers.in.": "0.", "bn.": "1."}
partial = {
    new + key.removeprefix(old): value
    for old, new in names.items()
    for key, value in best.items()
    if key.startswith(old)
}
print(backbone.load_state_dict(partial), torch.equal(backbone[0].weight, model.layers["in"].weight))
