"""Sequences of different lengths, padded, packed, run, and unpacked again."""

import torch
from torch import nn
from torch.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
)

torch.manual_seed(31)


def collate(batch):
    """Pads a batch of (sequence, label)."""
    sequences, labels = zip(*batch)
    lengths = torch.tensor([len(s) for s in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.tensor(labels)


class Counter(nn.Module):
    """Says which of three symbols is the most frequent."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(4, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 3)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(
            self.embed(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        _, (h_n, _) = self.lstm(packed)
        return self.head(torch.cat([h_n[0], h_n[1]], dim=1))


data = []
for _ in range(96):
    length = torch.randint(1, 9, ()).item()
    sequence = torch.randint(1, 4, (length,))
    data.append((sequence, sequence.bincount(minlength=4)[1:].argmax().item()))
loader = torch.utils.data.DataLoader(data, batch_size=16, shuffle=True, collate_fn=collate)

model = Counter()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
step = 0
for epoch in range(3):
    for tokens, lengths, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(tokens, lengths), labels)
        loss.backward()
        optimizer.step()
        print(f"step {step} {tuple(tokens.shape)} loss {loss.item():.4f}")
        step += 1
print(f"padding keeps its zeros: {model.embed.weight[0].abs().sum().item()}")

# The pieces.
sequences = [torch.arange(1.0, n + 1) for n in (4, 2, 3)]
packed = pack_sequence(sequences, enforce_sorted=False)
print(packed)
padded, lengths = pad_packed_sequence(packed, batch_first=True, padding_value=-1.0)
print(padded, lengths)
print(PackedSequence(packed.data * 2, *packed[1:]).data)

gru = nn.GRU(1, 3, num_layers=2)
padded = pad_sequence(sequences).unsqueeze(-1)
outputs, h_n = gru(pack_padded_sequence(padded, torch.tensor([4, 2, 3]), enforce_sorted=False))
unpacked, lengths = pad_packed_sequence(outputs, total_length=5)
print(unpacked.shape, lengths, f"{unpacked.sum():.4f}", f"{unpacked[4].abs().sum():.1f}")
last = unpacked[lengths - 1, torch.arange(3)]
print(torch.allclose(last, h_n[-1]))
unpacked.sum().backward()
print([f"{p.grad.abs().sum():.4f}" for p in gru.parameters()])
try:
    pack_padded_sequence(padded, torch.tensor([2, 4, 3]))
except RuntimeError as error:
    print(str(error).splitlines()[0])
