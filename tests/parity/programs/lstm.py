"""A word-level language model with an LSTM: carried-over states, clipping, a falling rate."""

import math

import torch
import torch.nn as nn

torch.manual_seed(1111)

text = (
    "the cat sat on the mat . the dog sat on the rug . the cat saw the dog . "
    "the dog saw the bird . the bird sat on the dog and the cat sat on the rug . "
) * 12
vocabulary = sorted(set(text.split()))
word2idx = {word: i for i, word in enumerate(vocabulary)}
ids = torch.tensor([word2idx[word] for word in text.split()])


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    data = data.narrow(0, 0, nbatch * bsz)
    return data.view(bsz, -1).t().contiguous()


def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].view(-1)


def repackage_hidden(h):
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid, nlayers, dropout=0.2):
        super().__init__()
        self.ntoken, self.nhid, self.nlayers = ntoken, nhid, nlayers
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        nn.init.uniform_(self.encoder.weight, -initrange, initrange)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -initrange, initrange)

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        decoded = self.decoder(self.drop(output)).view(-1, self.ntoken)
        return nn.functional.log_softmax(decoded, dim=1), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        size = (self.nlayers, bsz, self.nhid)
        return weight.new_zeros(size), weight.new_zeros(size)


train_data = batchify(ids, 8)
model = RNNModel(len(vocabulary), 24, 32, 2)
criterion = nn.NLLLoss()
lr, bptt = 4.0, 9
best = None
step = 0
for epoch in range(6):
    model.train()
    hidden = model.init_hidden(8)
    total = 0.0
    for i in range(0, train_data.size(0) - 1, bptt):
        data, targets = get_batch(train_data, i, bptt)
        model.zero_grad()
        hidden = repackage_hidden(hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
        total += loss.item() * len(data)
        print(
            "| step %3d | norm %.4f | loss %.4f | ppl %8.3f"
            % (step, norm, loss.item(), math.exp(loss.item()))
        )
        step += 1
    total /= len(train_data) - 1
    if best is not None and total > best:
        lr /= 4.0
    best = total if best is None else min(total, best)

model.eval()
with torch.no_grad():
    hidden = model.init_hidden(1)
    word = torch.tensor([[word2idx["the"]]])
    spoken = []
    for _ in range(12):
        output, hidden = model(word, hidden)
        weights = output.squeeze().div(0.8).exp()
        word.fill_(torch.multinomial(weights, 1)[0])
        spoken.append(vocabulary[word.item()])
print(" ".join(spoken))
