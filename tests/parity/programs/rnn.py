"""A recurrent classifier of words by their letters: the cell by hand, then ``nn.RNN``."""

import random
import string
import time

import torch
import torch.nn as nn

all_letters = string.ascii_lowercase
n_letters = len(all_letters)
words = {
    "fruit": ["apple", "banana", "cherry", "grape", "lemon", "mango", "olive", "peach"],
    "tree": ["ash", "beech", "birch", "cedar", "elm", "fir", "oak", "willow"],
    "bird": ["crow", "dove", "eagle", "finch", "goose", "heron", "kite", "robin"],
}
all_categories = list(words)


def line_to_tensor(line):
    tensor = torch.zeros(len(line), 1, n_letters)
    for li, letter in enumerate(line):
        tensor[li][0][all_letters.find(letter)] = 1
    return tensor


def category_from_output(output):
    top_n, top_i = output.topk(1)
    return all_categories[top_i[0].item()], top_n.item()


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
        self.i2o = nn.Linear(input_size + hidden_size, output_size)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, input, hidden):
        combined = torch.cat((input, hidden), 1)
        hidden = torch.tanh(self.i2h(combined))
        return self.softmax(self.i2o(combined)), hidden

    def init_hidden(self):
        return torch.zeros(1, self.hidden_size)


random.seed(5)
torch.manual_seed(5)
rnn = RNN(n_letters, 24, len(all_categories))
criterion = nn.NLLLoss()
learning_rate = 0.05


def train(category_tensor, line_tensor):
    hidden = rnn.init_hidden()
    rnn.zero_grad()
    for i in range(line_tensor.size()[0]):
        output, hidden = rnn(line_tensor[i], hidden)
    loss = criterion(output, category_tensor)
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-learning_rate)
    return output, loss.item()


start = time.time()
for step in range(60):
    category = random.choice(all_categories)
    line = random.choice(words[category])
    category_tensor = torch.tensor([all_categories.index(category)], dtype=torch.long)
    output, loss = train(category_tensor, line_to_tensor(line))
    guess, _ = category_from_output(output)
    print(f"step {step} {loss:.4f} {line} / {guess} {'✓' if guess == category else '✗'}")
assert time.time() >= start

# All words at once, one after another in time.
model = nn.RNN(n_letters, 16, nonlinearity="relu")
head = nn.Linear(16, 3)
optimizer = torch.optim.RMSprop([*model.parameters(), *head.parameters()], lr=0.005)
lines = [line for category in all_categories for line in words[category] if len(line) == 5]
targets = torch.tensor([k for k, c in enumerate(all_categories) for w in words[c] if len(w) == 5])
batch = torch.cat([line_to_tensor(line) for line in lines], dim=1)
for step in range(10):
    optimizer.zero_grad()
    outputs, h_n = model(batch)
    loss = nn.functional.cross_entropy(head(outputs[-1]), targets)
    loss.backward()
    optimizer.step()
    print(f"batch {step}", "%.4f" % loss, torch.equal(outputs[-1], h_n[0]))
