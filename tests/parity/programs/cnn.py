"""A convolutional network on small images, with an optimizer and a schedule as in tutorials."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1)
        self.conv2 = nn.Conv2d(8, 16, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout2d(0.1)
        self.fc1 = nn.Linear(400, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(self.dropout2(x), 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def digits(count):
    """Blurred digits: the segments of a clock's display, shifted and under noise."""
    segments = [
        "abcdef",
        "bc",
        "abged",
        "abgcd",
        "fgbc",
        "afgcd",
        "afgcde",
        "abc",
        "abcdefg",
        "abgfcd",
    ]
    lines = {
        "a": (1, slice(2, 8)),
        "g": (6, slice(2, 8)),
        "d": (11, slice(2, 8)),
        "f": (slice(1, 7), 2),
        "b": (slice(1, 7), 8),
        "e": (slice(6, 12), 2),
        "c": (slice(6, 12), 8),
    }
    labels = torch.randint(10, (count,))
    images = torch.zeros(count, 1, 14, 14)
    for image, label in zip(images, labels):
        for segment in segments[label]:
            row, column = lines[segment]
            image[0, row, column] = 1.0
    shift = torch.randint(0, 4, ()).item()
    return images.roll(shift, -1) + 0.2 * torch.randn_like(images), labels


def train(model, loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        step = (epoch - 1) * len(loader) + batch_idx
        print(
            "Train Epoch: {} step {} [{}/{}]\tLoss: {:.4f}".format(
                epoch, step, batch_idx * len(data), len(loader.dataset), loss.item()
            )
        )


def test(model, loader):
    model.eval()
    test_loss = 0
    correct = 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    test_loss /= len(loader.dataset)
    print(f"\nTest set: Average loss: {test_loss:.4f}, Accuracy: {correct}/{len(loader.dataset)}\n")


def main():
    torch.manual_seed(1)
    train_loader = DataLoader(TensorDataset(*digits(640)), batch_size=32, shuffle=True)
    test_loader = DataLoader(TensorDataset(*digits(128)), batch_size=64)
    model = Net()
    optimizer = optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for epoch in range(1, 4):
        train(model, train_loader, optimizer, epoch)
        test(model, test_loader)
        scheduler.step()
    print(scheduler.get_last_lr())


if __name__ == "__main__":
    main()
