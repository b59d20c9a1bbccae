"""The tracer that PyTorch's compiler runs functions with, ``make_fx``, which is not here."""

from __future__ import annotations

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["get_proxy_mode", "make_fx"]


def get_proxy_mode() -> None:
    """None: no function is being traced so."""
    return


make_fx = refusal(
    "make_fx",
    "Trace a function as operations",
    NotSupportedError,
    "torch.fx.experimental.proxy_tensor.make_fx is not here",
    "use graphnet.capture(function, *inputs)",
)
