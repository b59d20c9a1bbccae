"""What both older names say when they are used."""

import warnings


def warn(name: str) -> None:
    """Say what is to be written instead, at the line that uses the older name."""
    warnings.warn(
        f"`torch.cuda.amp.{name}(args...)` is deprecated. Please use "
        f"`torch.amp.{name}('cuda', args...)` instead.",
        FutureWarning,
        stacklevel=3,
    )
