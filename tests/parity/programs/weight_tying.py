"""Shared weights: input and output embeddings, a layer used twice, an autoencoder of transposes."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F


class TiedLM(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.mix = nn.Linear(dim, dim)
        self.decoder = nn.Linear(dim, vocab)
        self.decoder.weight = self.embed.weight

    def forward(self, tokens):
        h = self.embed(tokens)
        h = torch.tanh(self.mix(h))
        h = torch.tanh(self.mix(h))  # the same layer once more
        return self.decoder(h)


class TiedAutoencoder(nn.Module):
    def __init__(self, n, k):
        super().__init__()
        self.encoder = nn.Linear(n, k)
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        return F.linear(self.encoder(x).relu(), self.encoder.weight.t(), self.bias)


torch.manual_seed(99)
model = TiedLM(11, 16)
print([(name, tuple(p.shape)) for name, p in model.named_parameters()])
print(sum(p.numel() for p in model.parameters()), sorted(model.state_dict()))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
tokens = torch.randint(0, 11, (4, 13))
for step in range(30):
    logits = model(tokens[:, :-1])
    loss = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step < 10 or step % 5 == 4:
        print(f"step {step} loss {loss.item():.4f} grad {model.embed.weight.grad.norm():.4f}")
print(model.decoder.weight is model.embed.weight)
print(model.embed.weight.data_ptr() == model.decoder.weight.data_ptr())

autoencoder = TiedAutoencoder(10, 4)
x = torch.randn(50, 3) @ torch.randn(3, 10)
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.02, momentum=0.9, nesterov=True)
for epoch in range(30):
    optimizer.zero_grad()
    loss = F.mse_loss(autoencoder(x), x)
    loss.backward()
    optimizer.step()
    if epoch < 10 or epoch % 5 == 4:
        print("epoch %d: %.4f" % (epoch, loss))

# The tie outlives a state_dict, and a deep copy has a tie of its own.
again = TiedLM(11, 16)
again.load_state_dict(model.state_dict())
twin = copy.deepcopy(model)
print(torch.allclose(again(tokens), model(tokens)), again.decoder.weight is again.embed.weight)
print(twin.decoder.weight is twin.embed.weight, twin.embed.weight is model.embed.weight)
with torch.no_grad():
    twin.embed.weight[0] = 0
print(twin.decoder.weight[0].abs().sum().item(), model.decoder.weight[0].abs().sum().item() > 0)
