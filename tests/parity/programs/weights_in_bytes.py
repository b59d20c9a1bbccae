"""Weights in a file of one's own: a header and bytes, read through a storage on the file."""

import json
import sys
import tempfile
from pathlib import Path

import torch
from torch import nn


def save(tensors, path):
    header, blobs, at = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        header[name] = [str(tensor.dtype), list(tensor.shape), at, at + len(data)]
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode().ljust(512)
    Path(path).write_bytes(text + b"".join(blobs))


def load(path):
    size = Path(path).stat().st_size
    storage = torch.UntypedStorage.from_file(path, shared=False, nbytes=size)
    header = json.loads(bytes(storage[:512].tolist()))
    loaded = {}
    for name, (dtype, shape, begin, end) in header.items():
        raw = torch.asarray(storage[512 + begin : 512 + end], dtype=torch.uint8)
        loaded[name] = raw.view(getattr(torch, dtype.removeprefix("torch."))).reshape(shape)
    return loaded


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
weights = dict(net.state_dict()) | {"steps": torch.arange(5), "half": torch.ones(3).bfloat16()}
with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/weights.bin"
    save(weights, path)
    loaded = load(path)
    for name, tensor in loaded.items():
        print(name, tensor.dtype, tuple(tensor.shape), torch.equal(tensor, weights[name]))
    other = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    state = {name: tensor for name, tensor in loaded.items() if name in other.state_dict()}
    print(other.load_state_dict(state, assign=True))
    x, y = torch.randn(16, 4), torch.randint(0, 2, (16,))
    print(torch.equal(net(x), other(x)))
    optimizer = torch.optim.Adam(other.parameters(), lr=1e-2)
    for step in range(5):
        loss = nn.functional.cross_entropy(other(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, f"{loss.item():.5f}")
    print("the file stays:", torch.equal(load(path)["0.weight"], net[0].weight))

print(sys.getsizeof(torch.zeros(1000).untyped_storage()) > 4000)
storage = torch.UntypedStorage(4)
print(len(storage), storage.nbytes(), torch.arange(3, dtype=torch.uint8).untyped_storage().tolist())
