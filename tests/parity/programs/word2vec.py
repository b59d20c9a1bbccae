"""Word vectors by skip-grams with negative samples, as an old program would train them."""

from collections import Counter

import numpy as np
import torch
from torch import nn, optim
from torch.autograd import Variable

np.random.seed(0)
torch.manual_seed(0)

sentences = [
    "the king rules the land",
    "the queen rules the land",
    "the dog chases the cat",
    "the cat chases the mouse",
    "a king and a queen",
    "a dog and a cat and a mouse",
] * 6
words = " ".join(sentences).split()
counts = Counter(words)
vocab = [word for word, _ in counts.most_common()]
index = {word: i for i, word in enumerate(vocab)}
frequency = np.array([counts[word] for word in vocab], dtype=np.float64) ** 0.75
noise = torch.from_numpy(frequency / frequency.sum()).float()

pairs = []
for sentence in sentences:
    ids = [index[word] for word in sentence.split()]
    for place, center in enumerate(ids):
        window = ids[max(0, place - 2) : place] + ids[place + 1 : place + 3]
        pairs += [(center, other) for other in window]
pairs = np.array(pairs)
print(len(vocab), pairs.shape, noise[:4])


class SkipGram(nn.Module):
    def __init__(self, size, dim):
        super().__init__()
        self.input = nn.Embedding(size, dim)
        self.output = nn.Embedding(size, dim)
        self.input.weight.data.uniform_(-0.5 / dim, 0.5 / dim)
        self.output.weight.data.zero_()
        self.logsigmoid = nn.LogSigmoid()

    def forward(self, center, context, negative):
        v = self.input(center)
        positive = self.logsigmoid((v * self.output(context)).sum(1))
        scores = torch.bmm(self.output(negative), v.unsqueeze(2)).squeeze(2)
        return -(positive + self.logsigmoid(-scores).sum(1)).mean()


model = SkipGram(len(vocab), 10)
optimizer = optim.Adagrad(model.parameters(), lr=0.2)
for step in range(60):
    batch = pairs[np.random.choice(len(pairs), 64)]
    center = Variable(torch.LongTensor(batch[:, 0]))
    context = Variable(torch.from_numpy(batch[:, 1]))
    negative = torch.multinomial(noise, 64 * 4, replacement=True).view(64, 4)
    optimizer.zero_grad()
    loss = model(center, context, negative)
    loss.backward()
    optimizer.step()
    if step < 10 or step % 10 == 9:
        print("step {}: loss = {:.4f}".format(step, loss.data.item()))

vectors = model.input.weight.data.numpy()
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
for word in ("king", "cat"):
    order = np.argsort(-vectors @ vectors[index[word]])
    print(word, "->", vocab[order[0]], f"{vectors[index['king']] @ vectors[index['queen']]:.2f}")

bag = nn.EmbeddingBag.from_pretrained(model.input.weight.data, mode="mean")
print(torch.round(bag(torch.tensor([0, 1, 2, 3]), torch.tensor([0, 2])).norm(dim=1), decimals=2))
