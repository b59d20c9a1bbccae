"""Search by points of a Sobol sequence: a good start, then steps of gradient descent."""

import torch
from torch.quasirandom import SobolEngine

engine = SobolEngine(dimension=3)
print(engine, engine.draw(4), engine.draw(1), engine.num_generated)
scrambled = SobolEngine(5, scramble=True, seed=7)
print(scrambled, scrambled.draw(3), scrambled.draw(2, dtype=torch.float64), scrambled.quasi)
scrambled.reset()
print(scrambled.draw(1), scrambled.fast_forward(3).draw(2))
torch.manual_seed(3)
wide = SobolEngine(40, scramble=True)
print(wide.draw_base2(4).sum(0)[:5], wide.draw_base2(4).mean(), torch.rand(1))
try:
    wide.draw_base2(3)
except ValueError as error:
    print(str(error)[:60])
try:
    SobolEngine(0)
except ValueError as error:
    print(str(error).splitlines()[0])


def height(x):
    return (x - 0.3).pow(2).sum(-1) + 0.1 * torch.sin(8 * x).sum(-1)


starts = SobolEngine(2, scramble=True, seed=1).draw(64) * 2 - 1
best = starts[height(starts).topk(4, largest=False).indices].clone().requires_grad_()
optimizer = torch.optim.Adam([best], lr=0.05)
for step in range(10):
    loss = height(best).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
print(best.detach())
