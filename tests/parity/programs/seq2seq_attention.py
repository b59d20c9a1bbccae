"""Reversing sequences with an encoder, a decoder that attends, and teacher forcing."""

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SOS, EOS, OFFSET = 0, 1, 2
N_SYMBOLS, LENGTH, HIDDEN = 6, 5, 24

random.seed(2)
torch.manual_seed(2)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(N_SYMBOLS + OFFSET, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN, batch_first=True)

    def forward(self, source):
        return self.gru(self.embedding(source))


class BahdanauAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.Wa = nn.Linear(HIDDEN, HIDDEN)
        self.Ua = nn.Linear(HIDDEN, HIDDEN)
        self.Va = nn.Linear(HIDDEN, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys)))
        weights = F.softmax(scores.squeeze(2).unsqueeze(1), dim=-1)
        return torch.bmm(weights, keys), weights


class AttnDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(N_SYMBOLS + OFFSET, HIDDEN)
        self.attention = BahdanauAttention()
        self.gru = nn.GRU(2 * HIDDEN, HIDDEN, batch_first=True)
        self.out = nn.Linear(HIDDEN, N_SYMBOLS + OFFSET)
        self.dropout = nn.Dropout(0.1)

    def forward(self, encoder_outputs, hidden, target=None):
        batch = encoder_outputs.size(0)
        token = torch.empty(batch, 1, dtype=torch.long).fill_(SOS)
        outputs, attentions = [], []
        for i in range(LENGTH + 1):
            embedded = self.dropout(self.embedding(token))
            context, weights = self.attention(hidden.permute(1, 0, 2), encoder_outputs)
            output, hidden = self.gru(torch.cat((embedded, context), dim=2), hidden)
            output = self.out(output)
            outputs.append(output)
            attentions.append(weights)
            if target is not None:
                token = target[:, i].unsqueeze(1)
            else:
                _, topi = output.topk(1)
                token = topi.squeeze(-1).detach()
        return F.log_softmax(torch.cat(outputs, 1), dim=-1), torch.cat(attentions, 1)


def batch_of_pairs(size):
    source = torch.randint(OFFSET, OFFSET + N_SYMBOLS, (size, LENGTH))
    target = torch.cat([source.flip(1), torch.full((size, 1), EOS)], dim=1)
    return source, target


encoder, decoder = Encoder(), AttnDecoder()
optimizers = [torch.optim.Adam(m.parameters(), lr=0.01) for m in (encoder, decoder)]
criterion = nn.NLLLoss()

for step in range(40):
    source, target = batch_of_pairs(32)
    for optimizer in optimizers:
        optimizer.zero_grad()
    outputs, hidden = encoder(source)
    forced = random.random() < 0.7
    log_probs, _ = decoder(outputs, hidden, target if forced else None)
    loss = criterion(log_probs.view(-1, log_probs.size(-1)), target.view(-1))
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    if step < 10 or step % 10 == 9:
        print(f"step {step} loss {loss.item():.4f} {'forced' if forced else 'free'}")

encoder.eval()
decoder.eval()
with torch.no_grad():
    source, target = batch_of_pairs(50)
    log_probs, attention = decoder(*encoder(source))
print("attention:", attention.shape, f"{attention.sum(-1).mean():.3f}")
print(f"right symbols: {(log_probs.argmax(-1) == target).float().mean().item():.2f}")
