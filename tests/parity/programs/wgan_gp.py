"""A Wasserstein GAN with gradient penalty learns points on a ring."""

import math

import torch
import torch.autograd as autograd
import torch.nn as nn
from torch.autograd import Variable

torch.manual_seed(3)
LATENT_DIM, BATCH, N_CRITIC, LAMBDA_GP = 4, 32, 3, 10


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()

        def block(in_feat, out_feat, normalize=True):
            layers = [nn.Linear(in_feat, out_feat)]
            if normalize:
                layers.append(nn.BatchNorm1d(out_feat, 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.model = nn.Sequential(
            *block(LATENT_DIM, 16, normalize=False), *block(16, 32), nn.Linear(32, 2), nn.Tanh()
        )

    def forward(self, z):
        return 2 * self.model(z)


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.model = nn.Sequential(
            nn.Linear(2, 32),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(32, 16),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(16, 1),
        )

    def forward(self, points):
        return self.model(points.view(points.shape[0], -1))


def real_points(n):
    angle = 2 * math.pi * torch.rand(n, 1)
    return torch.cat([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(n, 2)


def compute_gradient_penalty(D, real_samples, fake_samples):
    alpha = torch.rand(real_samples.size(0), 1)
    interpolates = (alpha * real_samples + (1 - alpha) * fake_samples).requires_grad_(True)
    d_interpolates = D(interpolates)
    fake = Variable(torch.ones(real_samples.shape[0], 1), requires_grad=False)
    gradients = autograd.grad(
        outputs=d_interpolates,
        inputs=interpolates,
        grad_outputs=fake,
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


generator, discriminator = Generator(), Discriminator()
optimizer_G = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.5, 0.999))

for step in range(24):
    real = real_points(BATCH)
    optimizer_D.zero_grad()
    z = torch.randn(BATCH, LATENT_DIM)
    fake = generator(z)
    penalty = compute_gradient_penalty(discriminator, real.data, fake.data)
    d_loss = -discriminator(real).mean() + discriminator(fake.detach()).mean() + LAMBDA_GP * penalty
    d_loss.backward()
    optimizer_D.step()

    optimizer_G.zero_grad()
    if step % N_CRITIC == 0:
        g_loss = -torch.mean(discriminator(generator(z)))
        g_loss.backward()
        optimizer_G.step()
        print(
            f"[step {step}] [D loss: {d_loss.item():.4f}] [G loss: {g_loss.item():.4f}] "
            f"[penalty: {penalty.item():.4f}]"
        )

generator.eval()
with torch.no_grad():
    radius = generator(torch.randn(200, LATENT_DIM)).norm(dim=1)
print(f"radius {radius.mean():.2f} +- {radius.std():.2f}")
