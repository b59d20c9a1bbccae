"""A classifier in the usual dress: options, a device, loaders, a schedule, a checkpoint."""

import argparse
import os
import tempfile

import torch
import torch.backends.cudnn as cudnn
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, Dataset, random_split


class Blobs(Dataset):
    def __init__(self, count):
        self.labels = torch.arange(count) % 3
        self.points = torch.randn(count, 2) + 2 * self.labels[:, None].float()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.points[index], self.labels[index]


class Net(nn.Module):
    def __init__(self, hidden):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.dropout = nn.Dropout(0.1)
        self.fc2 = nn.Linear(hidden, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(self.dropout(x)), dim=1)


def train(model, device, loader, optimizer, epoch):
    model.train()
    for batch, (data, target) in enumerate(loader):
        data, target = Variable(data.to(device)), Variable(target.to(device))
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if batch % 2 == 0:
            done = 100.0 * batch / len(loader)
            print("Epoch {} [{:.0f}%] loss {:.4f}".format(epoch, done, loss.item()))


def test(model, device, loader):
    model.eval()
    total, correct = 0, 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data.to(device))
            total += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    count = len(loader.dataset)
    print(f"test: average loss {total / count:.4f}, accuracy {correct}/{count}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--no-cuda", action="store_true")
    parser.add_argument("--hidden", type=int, default=16)
    args = parser.parse_args()
    use_cuda = not args.no_cuda and torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")
    torch.manual_seed(1)
    torch.cuda.manual_seed_all(1)
    cudnn.deterministic, cudnn.benchmark = True, False
    print(device, torch.cuda.device_count(), torch.__version__.split("+")[0])

    train_set, test_set = random_split(Blobs(160), [120, 40])
    kwargs = {"num_workers": 2, "pin_memory": False}
    train_loader = DataLoader(train_set, batch_size=32, shuffle=True, **kwargs)
    test_loader = DataLoader(test_set, batch_size=40)
    model = nn.DataParallel(Net(args.hidden)).to(device)
    print(model)
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for epoch in range(1, args.epochs + 1):
        train(model, device, train_loader, optimizer, epoch)
        test(model, device, test_loader)
        scheduler.step()
        print("lr", ["%.5f" % group["lr"] for group in optimizer.param_groups])

    path = os.path.join(tempfile.mkdtemp(), "model.pt")
    torch.save({"model": model.module.state_dict(), "optimizer": optimizer.state_dict()}, path)
    saved = torch.load(path, map_location=device)
    again = Net(args.hidden)
    again.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    test(again, device, test_loader)


if __name__ == "__main__":
    main()
