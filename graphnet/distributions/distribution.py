"""The base class of probability distributions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.distributions.constraints import is_dependent
from graphnet.distributions.parameters import ONE, broadcast_all, lazy_property
from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.grad_mode import no_grad
from graphnet.ir.types import Size

__all__ = ["Distribution"]


class Distribution:
    """A batch of distributions of one family.

    A subclass names the regions of its parameters in ``arg_constraints``, stores the parameters as
    attributes and calls this constructor. ``batch_shape`` is the shape of the parameters,
    ``event_shape`` that of one sample of one distribution. Source: PyTorch's page "Probability
    distributions - torch.distributions".

    Args:
        batch_shape: the shape over which parameters are batched.
        event_shape: the shape of one sample.
        validate_args: whether parameters and values are checked; by default they are.

    Raises:
        ValueRangeError: (a ValueError) a parameter is outside its region.
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args: bool = __debug__
    arg_constraints: Any = None
    support: Any = None

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Say whether distributions check their arguments unless told otherwise."""
        if value not in (True, False):
            raise ValueRangeError(f"expected True or False, but got {value!r}")
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Iterable[int] = ONE,
        event_shape: Iterable[int] = ONE,
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()
        super().__init__()

    def _check_parameters(self) -> None:
        for name, constraint in (self.arg_constraints or {}).items():
            derived = name not in self.__dict__ and isinstance(
                getattr(type(self), name, None), lazy_property
            )
            if is_dependent(constraint) or derived:
                continue
            value = getattr(self, name)
            valid = constraint.check(value)
            if not valid.all():
                raise ValueRangeError(
                    f"Expected parameter {name} ({type(value).__name__} of shape "
                    f"{tuple(value.shape)}) of distribution {self!r} to satisfy the constraint "
                    f"{constraint!r}, but found invalid values:\n{value}"
                )

    def _with_shape(self, batch_shape: Iterable[int], event_shape: Iterable[int], made: Any) -> Any:
        """Finish a copy that was made for another batch."""
        Distribution.__init__(made, batch_shape, event_shape, validate_args=False)
        made._validate_args = self._validate_args
        return made

    def _blank(self, _instance: Any = None) -> Any:
        """A distribution of this family without parameters, to be given some."""
        return type(self).__new__(type(self)) if _instance is None else _instance

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        raise NotSupportedError(f"{type(self).__name__} does not say how it is expanded")

    @property
    def batch_shape(self) -> Size:
        """The shape over which parameters are batched."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one sample of one distribution."""
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        """The mean."""
        raise NotSupportedError(f"{type(self).__name__} has no mean")

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        raise NotSupportedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise NotSupportedError(f"{type(self).__name__} has no variance")

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        deviation: Tensor = self.variance.sqrt()
        return deviation

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw values, of shape ``sample_shape + batch_shape + event_shape``, without gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Draw values that are differentiable functions of the parameters."""
        raise NotSupportedError(f"{type(self).__name__} has no reparameterized samples")

    def sample_n(self, n: int) -> Tensor:
        """``sample((n,))``."""
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability or density at ``value``."""
        raise NotSupportedError(f"{type(self).__name__} has no density")

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to ``value``."""
        raise NotSupportedError(f"{type(self).__name__} has no cdf")

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is ``value``."""
        raise NotSupportedError(f"{type(self).__name__} has no icdf")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values there are, along a new first dimension."""
        raise NotSupportedError(f"the values of {type(self).__name__} cannot be enumerated")

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        raise NotSupportedError(f"{type(self).__name__} has no entropy")

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        perplexity: Tensor = self.entropy().exp()
        return perplexity

    def _extended_shape(self, sample_shape: Any = ONE) -> Size:
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value: Any) -> None:
        """Check a value that is asked about.

        Raises:
            ValueRangeError: it is no tensor, of a shape that does not fit, or outside the support.
        """
        if not isinstance(value, Tensor):
            raise ValueRangeError("The value argument to log_prob must be a Tensor")
        ndim = len(self._event_shape)
        if tuple(value.shape[value.dim() - ndim :]) != tuple(self._event_shape):
            raise ValueRangeError(
                "The right-most size of value must match event_shape: "
                f"{value.shape} vs {self._event_shape}."
            )
        expected = (*self._batch_shape, *self._event_shape)
        for i, j in zip(reversed(value.shape), reversed(expected), strict=False):
            if 1 not in (i, j) and i != j:
                raise ValueRangeError(
                    "Value is not broadcastable with batch_shape+event_shape: "
                    f"{value.shape} vs {Size(expected)}."
                )
        support = self.support
        if support is None:
            raise NotSupportedError(f"{type(self).__name__} does not say what its support is")
        valid = support.check(value)
        if not valid.all():
            raise ValueRangeError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) "
                f"to be within the support ({support!r}) of the distribution {self!r}, but found "
                f"invalid values:\n{value}"
            )

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """PyTorch's name, for its subclasses outside this package."""
        own = vars(type(self)).get("__init__", cls.__dict__.get("__init__"))
        if _instance is None and own is not cls.__dict__.get("__init__"):
            raise NotSupportedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ "
                "method must also define a custom .expand() method."
            )
        return self._blank(_instance)

    def __repr__(self) -> str:
        names = [name for name in self.arg_constraints or {} if name in self.__dict__]
        shown = []
        for name in names:
            value = self.__dict__[name]
            shown.append(f"{name}: {value if value.numel() == 1 else value.size()}")
        return f"{type(self).__name__}({', '.join(shown)})"


class Univariate(Distribution):
    """A family whose samples are numbers and whose parameters broadcast with each other."""

    #: The parameters, in the order of the constructor.
    parameter_names: ClassVar[tuple[str, ...]]

    def _set(self, validate_args: bool | None, **given: Any) -> None:
        """Take the parameters, broadcast; numbers alone make a batch of shape ()."""
        for name, value in zip(given, broadcast_all(*given.values()), strict=True):
            setattr(self, name, value)
        shape = getattr(self, next(iter(given))).size()
        Distribution.__init__(self, shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        for name in self.parameter_names:
            # Of two forms of one parameter only the one that was given is there.
            if name in self.__dict__:
                setattr(made, name, self.__dict__[name].expand(batch_shape))
        return self._with_shape(batch_shape, (), made)
