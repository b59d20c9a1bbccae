"""A residual network: blocks with batch normalisation, shortcuts that project, global pooling."""

import torch
from torch import nn

torch.manual_seed(0)


def conv3x3(in_channels, out_channels, stride=1):
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)


class ResidualBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, out_channels, stride=1, downsample=None):
        super(ResidualBlock, self).__init__()
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(out_channels, out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = downsample

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, layers, num_classes=4):
        super(ResNet, self).__init__()
        self.in_channels = 8
        self.stem = nn.Sequential(conv3x3(3, 8), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.layer1 = self._make_layer(8, layers[0])
        self.layer2 = self._make_layer(16, layers[1], 2)
        self.layer3 = self._make_layer(32, layers[2], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(32, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def _make_layer(self, channels, blocks, stride=1):
        downsample = None
        if stride != 1 or self.in_channels != channels:
            downsample = nn.Sequential(
                conv3x3(self.in_channels, channels, stride), nn.BatchNorm2d(channels)
            )
        layers = [ResidualBlock(self.in_channels, channels, stride, downsample)]
        self.in_channels = channels
        layers += [ResidualBlock(channels, channels) for _ in range(1, blocks)]
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.stem(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


model = ResNet([1, 1, 1])
print(model)
for name, p in model.named_parameters():
    print(name, tuple(p.shape), f"{p.abs().mean().item():.5f}")

# Stripes: their direction is the class.
y = torch.arange(64) % 4
grid = torch.arange(12.0)
waves = [
    grid.expand(12, 12),
    grid[:, None].expand(12, 12),
    grid + grid[:, None],
    grid - grid[:, None],
]
x = torch.stack([torch.sin(waves[k] + 6.28 * torch.rand(1)) for k in y.tolist()])
x = x.unsqueeze(1).repeat(1, 3, 1, 1) + 0.3 * torch.randn(64, 3, 12, 12)

criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for step in range(20):
    i = torch.randint(0, len(x), (16,))
    loss = criterion(model(x[i]), y[i])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("step [%d/%d] loss %.4f" % (step, 20, loss.item()))

model.eval()
with torch.no_grad():
    logits = model(x)
print("accuracy", (logits.argmax(1) == y).float().mean().item())
print("running mean", model.stem[1].running_mean[:3], model.stem[1].num_batches_tracked)
