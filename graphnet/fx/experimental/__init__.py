"""Passes that PyTorch calls experimental: ``torch.fx.experimental``."""
