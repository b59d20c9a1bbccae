"""What vit-pytorch imports of torchvision; no program here uses it."""

transforms = None
