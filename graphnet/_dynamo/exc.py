"""Errors of PyTorch's tracer, for programs that catch them: none is raised here."""

from __future__ import annotations

__all__ = ["TorchDynamoException", "Unsupported", "UserError"]


class TorchDynamoException(RuntimeError):  # noqa: N818  # PyTorch's name
    """The base of all."""


class Unsupported(TorchDynamoException):
    """Something could not be traced."""


class UserError(Unsupported):
    """Something was used wrongly."""


class TensorifyScalarRestartAnalysis(TorchDynamoException):
    """A trace has to begin again."""
