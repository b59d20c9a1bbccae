"""The base class of all networks and their parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Never, Self

from graphnet.errors import ValueRangeError
from graphnet.nn.modules.conversion import Convertible
from graphnet.nn.modules.hooks import EVERY_MODULE, CallHooks, OwnTable, call_with_hooks
from graphnet.nn.modules.hooks import (
    register_module_backward_hook as register_module_backward_hook,
)
from graphnet.nn.modules.hooks import (
    register_module_forward_hook as register_module_forward_hook,
)
from graphnet.nn.modules.hooks import (
    register_module_forward_pre_hook as register_module_forward_pre_hook,
)
from graphnet.nn.modules.hooks import (
    register_module_full_backward_hook as register_module_full_backward_hook,
)
from graphnet.nn.modules.hooks import (
    register_module_full_backward_pre_hook as register_module_full_backward_pre_hook,
)
from graphnet.nn.modules.state_dict import _EXTRA_STATE_KEY_SUFFIX as _EXTRA_STATE_KEY_SUFFIX
from graphnet.nn.modules.state_dict import IncompatibleKeys as _IncompatibleKeys  # noqa: F401  # programs import it from here
from graphnet.nn.modules.state_dict import Stateful
from graphnet.utils.hooks import RemovableHandle


class Module(Stateful, Convertible):
    """A part of a network: parameters, modules inside it, and a function of its inputs.

    A subclass assigns parameters and modules to attributes, which registers them, and defines
    ``forward``; calling the module runs it. Source: PyTorch's page "Module".

    >>> import graphnet as torch
    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.linear = torch.nn.Linear(3, 2)
    ...
    ...     def forward(self, x):
    ...         return self.linear(x).relu()
    >>> net = Net()
    >>> net
    Net(
      (linear): Linear(in_features=3, out_features=2, bias=True)
    )
    >>> net(torch.ones(5, 3)).shape
    torch.Size([5, 2])

    Attributes:
        training: whether the module is in training mode, which dropout and batch normalization ask.
    """

    _call_hooks = None  # type: CallHooks | None  # an annotation would be resolved by programs
    _forward_pre_hooks = OwnTable("before")
    _forward_hooks = OwnTable("after")
    _backward_pre_hooks = OwnTable("before_backward")
    _backward_hooks = OwnTable("after_backward")

    def __init__(self) -> None:
        """Nothing is left to do here: ``__new__`` has made the tables."""

    def _forward_unimplemented(self, *args: Any, **kwargs: Any) -> Never:
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    #: What calling the module computes. Declared as a value, since every subclass has its own
    #: parameters for it.
    forward = _forward_unimplemented  # type: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._call_hooks is None and not EVERY_MODULE.used:
            return self.forward(*args, **kwargs)
        return call_with_hooks(self, args, kwargs)

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Call ``fn`` with every module inside this one, and then with this one.

        >>> import graphnet as torch
        >>> net = torch.nn.Sequential(torch.nn.ReLU())
        >>> _ = net.apply(lambda module: print(type(module).__name__))
        ReLU
        Sequential
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Put this module and all inside it in training mode, or with ``False`` in evaluation mode.

        Raises ValueError when ``mode`` is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueRangeError(f"training mode is expected to be boolean, not {mode!r}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Put this module and all inside it in evaluation mode.

        >>> import graphnet as torch
        >>> torch.nn.Dropout().eval()(torch.ones(3))
        tensor([1., 1., 1.])
        """
        return self.train(False)

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do: whatever runs is recorded and compiled anyway."""

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let the backward pass fill the gradients of all parameters, or with ``False`` of none."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                parameter.grad.detach_().zero_()

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before each ``forward``.

        What it returns, unless ``None``, takes the place of the arguments: a tuple of them or the
        only one.

        Args:
            hook: the function to call.
            prepend: whether it goes before the hooks that are there already.
            with_kwargs: whether it is called as ``hook(module, args, kwargs)``; then it returns
                ``None`` or both.

        >>> import graphnet as torch
        >>> layer = torch.nn.Identity()
        >>> _ = layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
        >>> layer(torch.zeros(1))
        tensor([1.])
        """
        return self._own_call_hooks().before.add(hook, prepend=prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, result)`` after each ``forward``.

        What it returns, unless ``None``, takes the place of the result.

        Args:
            hook: the function to call.
            prepend: whether it goes before the hooks that are there already.
            with_kwargs: whether it is called as ``hook(module, args, kwargs, result)``.
            always_call: whether it is called even when ``forward`` or another hook raises; the
                result is ``None`` when there is none.
        """
        return self._own_call_hooks().after.add(
            hook, prepend=prepend, with_kwargs=with_kwargs, always_call=always_call
        )

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the results have arrived.

        ``grad_output`` is a tuple with the gradient of each result, None for one without. What the
        hook returns, unless ``None``, takes its place.

        Args:
            hook: the function to call.
            prepend: whether it goes before the hooks that are there already.

        >>> import graphnet as torch
        >>> layer = torch.nn.Identity()
        >>> _ = layer.register_full_backward_pre_hook(lambda module, grad: (grad[0] * 10,))
        >>> x = torch.tensor(1.0, requires_grad=True)
        >>> layer(x).backward()
        >>> x.grad
        tensor(10.)
        """
        return self._own_call_hooks().before_backward.add(hook, prepend=prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when those of the inputs are there, too.

        Both are tuples: the gradient of each positional argument, or result, and ``None`` for what
        is no tensor. What the hook returns, unless ``None``, takes the place of ``grad_input``.
        It is called even when no input requires a gradient, with a warning. The hooks of a call
        are those registered when it is made. Source: PyTorch's page
        "Module.register_full_backward_hook".

        Args:
            hook: the function to call.
            prepend: whether it goes before the hooks that are there already.

        Raises RuntimeError if there is a hook from :meth:`register_backward_hook`; the call raises
        it if ``forward`` writes to an input in place.

        >>> import graphnet as torch
        >>> layer = torch.nn.ReLU()
        >>> _ = layer.register_full_backward_hook(lambda module, into, out: print(into, out))
        >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
        >>> layer(x).sum().backward()
        (tensor([0., 1.]),) (tensor([1., 1.]),)
        """
        return self._own_call_hooks().add_after_backward(
            hook, "on a single Module", prepend=prepend
        )

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The old name of :meth:`register_full_backward_hook`; not to be mixed with it.

        PyTorch's hook of this name sees the gradients at the module's last operation only, which
        it calls wrong and means to change; here they are those at the module's boundary.
        """
        return self._own_call_hooks().add_after_backward(hook, "on a single Module", legacy=True)

    def _own_call_hooks(self) -> CallHooks:
        if self._call_hooks is None:
            self._call_hooks = CallHooks()
        return self._call_hooks

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What ``repr`` shows besides the modules inside, such as sizes: for subclasses."""
        return ""

    def __repr__(self) -> str:
        own = self.extra_repr()
        children = [f"({name}): {child!r}" for name, child in self._modules.items()]
        return bracketed(self._get_name(), own.split("\n") if own else [], children)


def bracketed(name: str, own: list[str], children: list[str]) -> str:
    """``name(...)``: on one line if there is only one to show, else each indented on its own."""
    if not children and len(own) < 2:
        return f"{name}({''.join(own)})"
    lines = [*own, *(_addindent(child, 2) for child in children)]
    return "\n  ".join([f"{name}(", *lines]) + "\n)"


def _addindent(s_: str, numSpaces: int) -> str:  # PyTorch's name
    """A text whose lines but the first are moved in; those that are blank become empty."""
    first, *others = s_.split("\n")
    moved = (numSpaces * " " + line if line.strip() else "" for line in others)
    return "\n".join((first, *moved))
