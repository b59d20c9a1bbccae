"""REINFORCE on a corridor: an agent walks to the right end, against a slippery floor."""

import random
from collections import deque
from itertools import count

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical


class Corridor:
    """Positions 0 to 6; the goal is the last. One step in eight slips the other way."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def reset(self):
        self.position = 3
        return self.state()

    def state(self):
        return [self.position / 6, 1.0 - self.position / 6, float(self.position == 3)]

    def step(self, action):
        move = 1 if action == 1 else -1
        if self.random.random() < 0.125:
            move = -move
        self.position += move
        done = self.position in (0, 6)
        reward = 1.0 if self.position == 6 else -0.1
        return self.state(), reward, done


class Policy(nn.Module):
    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(3, 32)
        self.dropout = nn.Dropout(p=0.2)
        self.affine2 = nn.Linear(32, 2)
        self.saved_log_probs = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.dropout(self.affine1(x)))
        return F.softmax(self.affine2(x), dim=1)


env = Corridor(543)
torch.manual_seed(543)
policy = Policy()
optimizer = optim.Adam(policy.parameters(), lr=1e-2)
eps = torch.finfo(torch.float32).eps.__float__()


def select_action(state):
    state = torch.tensor(state).float().unsqueeze(0)
    probs = policy(state)
    m = Categorical(probs)
    action = m.sample()
    policy.saved_log_probs.append(m.log_prob(action))
    return action.item()


def finish_episode(gamma=0.97):
    R = 0
    policy_loss = []
    returns = deque()
    for r in policy.rewards[::-1]:
        R = r + gamma * R
        returns.appendleft(R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    for log_prob, R in zip(policy.saved_log_probs, returns):
        policy_loss.append(-log_prob * R)
    optimizer.zero_grad()
    policy_loss = torch.cat(policy_loss).sum()
    policy_loss.backward()
    optimizer.step()
    del policy.rewards[:]
    del policy.saved_log_probs[:]
    return policy_loss.item()


running_reward = 0.0
for i_episode in range(25):
    state, ep_reward = env.reset(), 0
    for t in count(1):
        action = select_action(state)
        state, reward, done = env.step(action)
        policy.rewards.append(reward)
        ep_reward += reward
        if done or t > 30:
            break
    running_reward = 0.1 * ep_reward + (1 - 0.1) * running_reward
    loss = finish_episode()
    print(f"Episode {i_episode}\tsteps {t}\treward {ep_reward:.2f}\tloss {loss:.4f}")
print(f"average reward: {running_reward:.3f}")
