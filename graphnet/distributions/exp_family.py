"""Exponential families: what is known of a density by its normaliser."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd import grad
from graphnet.distributions.distribution import Distribution
from graphnet.errors import NotSupportedError
from graphnet.grad_mode import enable_grad

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """Densities ``exp(t(x) . theta - F(theta) + k(x))``.

    A subclass gives ``_natural_params`` and ``_log_normalizer``; the entropy follows from the
    gradient of the latter. Source: Nielsen and Nock, "Entropies and cross-entropies of exponential
    families" (2010).
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotSupportedError(f"{type(self).__name__} does not give its natural parameters")

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise NotSupportedError(f"{type(self).__name__} does not give its log normalizer")

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotSupportedError(f"{type(self).__name__} does not give its mean carrier measure")

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        with enable_grad():
            params = [p.detach().requires_grad_() for p in self._natural_params]
            normalizer = self._log_normalizer(*params)
            gradients = grad(normalizer.sum(), params, create_graph=True)
        result = -self._mean_carrier_measure + normalizer
        for param, gradient in zip(params, gradients, strict=True):
            assert gradient is not None  # the normalizer depends on all of its parameters
            inner = param * gradient
            result = result - inner.reshape((*self._batch_shape, -1)).sum(-1)
        entropy: Tensor = result
        return entropy
