"""ResNet-20 for images of 32 × 32 (He et al., 2016): 3 stages, batch norm, SGD, batch 32."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program

BLOCKS = 3  # in each stage


def build(torch: Any) -> Program:
    """Train it."""
    nn = torch.nn
    torch.manual_seed(0)

    class Block(torch.nn.Module):
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            self.norm1 = nn.BatchNorm2d(after)
            self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
            self.norm2 = nn.BatchNorm2d(after)
            self.relu = nn.ReLU()
            self.shortcut = nn.Identity()
            if stride != 1:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
                )

        def forward(self, x: Any) -> Any:
            h = self.relu(self.norm1(self.conv1(x)))
            return self.relu(self.norm2(self.conv2(h)) + self.shortcut(x))

    layers = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    width = 16
    for after in (16, 32, 64):
        for number in range(BLOCKS):
            layers.append(Block(width, after, 2 if number == 0 and after != 16 else 1))
            width = after
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    model = nn.Sequential(*layers)
    # With a larger rate, rounding errors grow within a few steps, and nothing can be compared.
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, weight_decay=1e-4)
    loss_fn = nn.CrossEntropyLoss()
    batches = [(torch.randn(32, 3, 32, 32), torch.randint(0, 10, (32,))) for _ in range(4)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
