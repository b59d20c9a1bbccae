"""Segmenting blobs with a small U-Net: transposed convolutions, skips, a soft Dice loss."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def double_conv(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1),
        nn.GroupNorm(2, out_channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_channels, out_channels, 3, padding=1),
        nn.InstanceNorm2d(out_channels, affine=True),
        nn.LeakyReLU(0.1, inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, features=(4, 8)):
        super().__init__()
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        self.pool = nn.MaxPool2d(2)
        channels = 1
        for feature in features:
            self.downs.append(double_conv(channels, feature))
            channels = feature
        self.bottleneck = double_conv(features[-1], 2 * features[-1])
        for feature in reversed(features):
            self.ups.append(nn.ConvTranspose2d(2 * feature, feature, 2, stride=2))
            self.ups.append(double_conv(2 * feature, feature))
        self.final = nn.Conv2d(features[0], 1, 1)

    def forward(self, x):
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for up, conv, skip in zip(self.ups[::2], self.ups[1::2], skips[::-1]):
            x = up(x)
            if x.shape != skip.shape:
                x = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
            x = conv(torch.cat((skip, x), dim=1))
        return self.final(x)


def dice_loss(logits, target, smooth=1.0):
    probability = torch.sigmoid(logits).flatten(1)
    target = target.flatten(1)
    intersection = (probability * target).sum(1)
    return 1 - ((2 * intersection + smooth) / (probability.sum(1) + target.sum(1) + smooth)).mean()


def blobs(count, size=14):
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    centre = torch.rand(count, 2, 1, 1) * size
    radius = 2 + 3 * torch.rand(count, 1, 1)
    masks = ((xs - centre[:, 0]) ** 2 + (ys - centre[:, 1]) ** 2 < radius**2).float()
    return (masks + 0.4 * torch.randn(count, size, size)).unsqueeze(1), masks.unsqueeze(1)


torch.manual_seed(10)
images, masks = blobs(48)
model = UNet()
print(sum(p.numel() for p in model.parameters() if p.requires_grad))
optimizer = torch.optim.RAdam(model.parameters(), lr=0.01)
for step in range(15):
    chosen = slice(step % 3 * 16, step % 3 * 16 + 16)
    logits = model(images[chosen])
    bce = F.binary_cross_entropy_with_logits(logits, masks[chosen])
    dice = dice_loss(logits, masks[chosen])
    optimizer.zero_grad()
    (bce + dice).backward()
    optimizer.step()
    print(f"step {step} bce {bce.item():.4f} dice {dice.item():.4f}")

model.eval()
with torch.no_grad():
    predicted = model(images) > 0
    truth = masks.bool()
    iou = (predicted & truth).sum().item() / (predicted | truth).sum().item()
print(f"intersection over union {iou:.2f}")
