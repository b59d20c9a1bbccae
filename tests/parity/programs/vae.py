"""A variational autoencoder on bars: reparametrisation, binary cross-entropy, KL divergence."""

import argparse

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader

parser = argparse.ArgumentParser(description="VAE")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

torch.manual_seed(args.seed)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def bars(count, size=8):
    """Images with a bright row or column."""
    images = torch.zeros(count, 1, size, size)
    for k in range(count):
        if k % 2:
            images[k, 0, k // 2 % size] = 1
        else:
            images[k, 0, :, k // 2 % size] = 1
    return images


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 40)
        self.fc21 = nn.Linear(40, 4)
        self.fc22 = nn.Linear(40, 4)
        self.fc3 = nn.Linear(4, 40)
        self.fc4 = nn.Linear(40, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD, KLD


model = VAE().to(device)
optimizer = optim.Adam(model.parameters(), lr=2e-3)
loader = DataLoader(bars(320), batch_size=args.batch_size, shuffle=True)

step = 0
for epoch in range(1, args.epochs + 1):
    model.train()
    train_loss = 0
    for data in loader:
        data = data.to(device)
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss, kld = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        print(f"step {step} loss {loss.item() / len(data):.4f} kld {kld.item() / len(data):.5f}")
        step += 1
    print(f"====> after step {step} average loss: {train_loss / len(loader.dataset):.4f}")

model.eval()
with torch.no_grad():
    sample = model.decode(torch.randn(3, 4).to(device)).cpu()
    recon, mu, _ = model(bars(6).to(device))
torch.set_printoptions(precision=3, sci_mode=False)
print(sample.view(3, 8, 8)[0])
print(((recon.view(-1, 1, 8, 8) - bars(6)) ** 2).mean((1, 2, 3)))
