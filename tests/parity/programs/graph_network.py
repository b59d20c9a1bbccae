"""Node classification on a small graph: normalised adjacency, and attention over neighbours."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.parameter import Parameter

torch.manual_seed(42)
N, CLASSES, FEATURES = 60, 3, 12

labels = torch.arange(N) % CLASSES
same = labels[:, None] == labels[None, :]
adjacency = (torch.rand(N, N) < torch.where(same, 0.25, 0.03)).float()
adjacency = torch.triu(adjacency, diagonal=1)
adjacency = adjacency + adjacency.T + torch.eye(N)
features = F.one_hot(labels, FEATURES).float() + 0.9 * torch.randn(N, FEATURES)
degrees = adjacency.sum(1)
normalised = adjacency / degrees.sqrt()[:, None] / degrees.sqrt()[None, :]
edges = adjacency.nonzero().t()
print("edges", edges.shape, "degrees", degrees[:6].tolist())
train = torch.zeros(N, dtype=torch.bool)
train[torch.randperm(N)[:24]] = True


class GraphConvolution(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = Parameter(torch.FloatTensor(n_in, n_out))
        self.bias = Parameter(torch.FloatTensor(n_out))
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / self.weight.size(1) ** 0.5
        self.weight.data.uniform_(-stdv, stdv)
        self.bias.data.uniform_(-stdv, stdv)

    def forward(self, x, adj):
        return torch.spmm(adj, torch.mm(x, self.weight)) + self.bias

    def __repr__(self):
        return f"{self.__class__.__name__}({self.weight.size(0)} -> {self.weight.size(1)})"


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.gc1, self.gc2 = GraphConvolution(FEATURES, 16), GraphConvolution(16, CLASSES)

    def forward(self, x):
        x = F.dropout(F.relu(self.gc1(x, normalised)), 0.3, training=self.training)
        return F.log_softmax(self.gc2(x, normalised), dim=1)


class GAT(nn.Module):
    """One head of attention, over a list of edges, with scatter operations."""

    def __init__(self):
        super().__init__()
        self.W = nn.Linear(FEATURES, CLASSES, bias=False)
        self.a = nn.Parameter(torch.empty(2 * CLASSES, 1))
        nn.init.xavier_uniform_(self.a, gain=1.414)

    def forward(self, x):
        h = self.W(x)
        source, target = edges
        score = torch.cat([h[source], h[target]], dim=1) @ self.a
        score = F.leaky_relu(score.squeeze(1), 0.2)
        weight = torch.exp(score - score.max())
        total = torch.zeros(N).index_add(0, source, weight)
        weight = weight / total[source]
        out = torch.zeros(N, CLASSES)
        out = out.scatter_add(0, source[:, None].expand(-1, CLASSES), weight[:, None] * h[target])
        return F.log_softmax(F.elu(out), dim=1)


def accuracy(output, mask):
    return (output[mask].max(1)[1] == labels[mask]).double().mean()


for model in (GCN(), GAT()):
    print(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
    for epoch in range(25):
        model.train()
        output = model(features)
        loss = F.nll_loss(output[train], labels[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"Epoch: {epoch:04d} loss: {loss.item():.4f} {accuracy(output, train):.4f}")
    model.eval()
    output = model(features)
    print(
        "test loss: %.3f accuracy: %.3f"
        % (F.nll_loss(output[~train], labels[~train]).item(), accuracy(output, ~train))
    )
