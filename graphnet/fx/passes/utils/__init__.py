"""What passes share: ``torch.fx.passes.utils``."""
