"""Learning rates over time: every usual schedule, alone and in sequence."""

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import ReduceLROnPlateau, SequentialLR

makers = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
    "multistep": lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 5], gamma=0.1),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=5, eta_min=0.001),
    "restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2),
    "linear": lambda o: lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=4),
    "constant": lambda o: lr_scheduler.ConstantLR(o, factor=0.5, total_iters=3),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, total_iters=6, power=2.0),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, [lambda e: 0.95**e, lambda e: 1 / (e + 1)]),
    "multiplicative": lambda o: lr_scheduler.MultiplicativeLR(o, lambda e: 0.8),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=[0.1, 0.2], total_steps=9),
    "cyclic": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=2, mode="triangular2"),
    "chained": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)]
    ),
    "warm-up": lambda o: SequentialLR(
        o,
        [lr_scheduler.LinearLR(o, 0.1, total_iters=3), lr_scheduler.CosineAnnealingLR(o, 6)],
        milestones=[3],
    ),
}

torch.manual_seed(3)
x, y = torch.randn(30, 4), torch.randn(30, 1)
for name, make in makers.items():
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(4, 8), nn.Sigmoid(), nn.Linear(8, 1))
    groups = [
        {"params": model[0].parameters()},
        {"params": model[2].parameters(), "lr": 0.05},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.5)
    scheduler = make(optimizer)
    rates = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        rates.append([group["lr"] for group in optimizer.param_groups])
        scheduler.step()
    print(name, " ".join(f"{a:.5f}/{b:.5f}" for a, b in rates), f"loss {loss.item():.5f}")
    print("   ", [f"{rate:.6f}" for rate in scheduler.get_last_lr()])

model = nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
plateau = ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1, threshold=1e-2)
for epoch, value in enumerate([1.0, 0.9, 0.91, 0.92, 0.93, 0.5, 0.6, 0.6, 0.6]):
    plateau.step(torch.tensor(value))
    print(epoch, optimizer.param_groups[0]["lr"], plateau.num_bad_epochs)
print(sorted(plateau.state_dict())[:4])

# By hand, as many do.
for epoch in range(4):
    for param_group in optimizer.param_groups:
        param_group["lr"] = 0.1 * (0.1 ** (epoch // 2))
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    print(f"{optimizer.param_groups[0]['lr']:.3f} {nn.functional.mse_loss(model(x), y):.4f}")
