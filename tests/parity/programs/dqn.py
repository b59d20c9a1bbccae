"""Deep Q-learning on a grid: replay memory, a target network, epsilon-greedy, soft updates."""

import math
import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.optim as optim

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))
random.seed(1)
torch.manual_seed(1)


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque(maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)

    def __len__(self):
        return len(self.memory)


class Grid:
    """From one corner of a grid to the other; walls stop."""

    moves = ((0, 1), (1, 0), (0, -1), (-1, 0))

    def reset(self):
        self.at = [0, 0]
        return self.observe()

    def observe(self):
        return [self.at[0] / 2, self.at[1] / 2]

    def step(self, action):
        for k, d in enumerate(self.moves[action]):
            self.at[k] = min(max(self.at[k] + d, 0), 2)
        done = self.at == [2, 2]
        return self.observe(), 1.0 if done else -0.05, done


class DQN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(2, 24)
        self.layer2 = nn.Linear(24, 24)
        self.advantage, self.value = nn.Linear(24, 4), nn.Linear(24, 1)

    def forward(self, x):
        x = torch.relu(self.layer2(torch.relu(self.layer1(x))))
        a = self.advantage(x)
        return self.value(x) + a - a.mean(dim=-1, keepdim=True)


GAMMA, TAU, BATCH = 0.95, 0.05, 16
policy_net, target_net = DQN(), DQN()
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.AdamW(policy_net.parameters(), lr=1e-2, amsgrad=True)
memory = ReplayMemory(500)
steps_done = 0


def select_action(state):
    global steps_done
    eps = 0.05 + 0.85 * math.exp(-steps_done / 40)
    steps_done += 1
    if random.random() > eps:
        with torch.no_grad():
            return policy_net(state).max(1).indices.view(1, 1)
    return torch.tensor([[random.randrange(4)]], dtype=torch.long)


def optimize_model():
    if len(memory) < BATCH:
        return None
    batch = Transition(*zip(*memory.sample(BATCH)))
    non_final_mask = torch.tensor([s is not None for s in batch.next_state], dtype=torch.bool)
    non_final = torch.cat([s for s in batch.next_state if s is not None])
    state_action_values = policy_net(torch.cat(batch.state)).gather(1, torch.cat(batch.action))
    next_state_values = torch.zeros(BATCH)
    with torch.no_grad():
        next_state_values[non_final_mask] = target_net(non_final).max(1).values
    expected = next_state_values * GAMMA + torch.cat(batch.reward)
    loss = nn.SmoothL1Loss()(state_action_values, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy_net.parameters(), 1)
    optimizer.step()
    target, policy = target_net.state_dict(), policy_net.state_dict()
    for key in policy:
        target[key] = policy[key] * TAU + target[key] * (1 - TAU)
    target_net.load_state_dict(target)
    return loss.item()


env = Grid()
step = 0
for episode in range(10):
    state = torch.tensor(env.reset(), dtype=torch.float32).unsqueeze(0)
    losses = []
    for t in range(25):
        action = select_action(state)
        observation, reward, done = env.step(action.item())
        next_state = None if done else torch.tensor(observation).unsqueeze(0)
        memory.push(state, action, next_state, torch.tensor([reward]))
        state = next_state
        loss = optimize_model()
        if loss is not None:
            losses.append(loss)
        if done:
            break
    shown = " ".join(f"{loss:.5f}" for loss in losses[-3:])
    print(f"run {episode} length {t + 1} losses {shown}")

with torch.no_grad():
    values = policy_net(torch.tensor([[i / 2, j / 2] for i in range(3) for j in range(3)]))
print(values.argmax(1).view(3, 3), f"{values.max():.2f}")
