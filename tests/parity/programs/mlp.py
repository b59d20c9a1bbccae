"""A multilayer perceptron that tells noisy digits apart, in the shortest usual form."""

import torch
import torch.nn as nn

torch.manual_seed(1337)

patterns = torch.randn(10, 784)
labels = torch.randint(0, 10, (1024,))
images = 0.3 * patterns[labels] + torch.randn(1024, 784)
images, labels, test_images, test_labels = images[:896], labels[:896], images[896:], labels[896:]

model = nn.Sequential(
    nn.Linear(784, 128),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(128, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
print(model)
print("parameters:", sum(p.numel() for p in model.parameters()))

criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

step = 0
for epoch in range(4):
    order = torch.randperm(len(images))
    for indices in order.split(64):
        optimizer.zero_grad()
        loss = criterion(model(images[indices]), labels[indices])
        loss.backward()
        optimizer.step()
        print(f"step {step:3d}  loss {loss.item():.4f}")
        step += 1

model.eval()
with torch.no_grad():
    output = model(test_images)
    correct = (output.argmax(1) == test_labels).sum().item()
    print(f"test loss {criterion(output, test_labels):.4f}, {correct} of {len(test_labels)} right")
    print("first classes:", output[:8].argmax(dim=-1).tolist())
