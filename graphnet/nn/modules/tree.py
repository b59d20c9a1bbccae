"""Walking over a module and the modules inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from graphnet._tensor import Tensor
from graphnet.nn.modules.registry import Registry
from graphnet.nn.parameter import Parameter

if TYPE_CHECKING:
    from graphnet.nn.modules.module import Module

_Member = TypeVar("_Member", bound=Tensor)


class Tree(Registry):
    """The modules, parameters and buffers of a module, by name and in order of registration."""

    def children(self) -> Iterator[Module]:
        """The modules directly inside this one, each once."""
        return (child for _, child in self.named_children())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, each once, with their names.

        >>> import graphnet as torch
        >>> [name for name, _ in torch.nn.Sequential(torch.nn.ReLU()).named_children()]
        ['0']
        """
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all inside it, parents first, each once if ``remove_duplicate``."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all inside it, parents first, with their dotted names.

        Args:
            memo: modules to leave out; those visited are added to it.
            prefix: the name of this module, which begins all the names.
            remove_duplicate: whether a module reached by two names comes once.

        >>> import graphnet as torch
        >>> net = torch.nn.Sequential(torch.nn.Sequential(torch.nn.ReLU()))
        >>> [name for name, _ in net.named_modules()]
        ['', '0', '0.0']
        """
        seen = set() if memo is None else memo
        pending = [(prefix, cast("Module", self))]
        while pending:
            name, module = pending.pop()
            if module in seen:
                continue
            if remove_duplicate:
                seen.add(module)
            yield name, module
            pending.extend(
                (_joined(name, key), child)
                for key, child in reversed(module._modules.items())
                if child is not None
            )

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, if ``recurse``, of all inside it, each once.

        >>> import graphnet as torch
        >>> [p.shape for p in torch.nn.Linear(3, 2).parameters()]
        [torch.Size([2, 3]), torch.Size([2])]
        """
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with their dotted names, which begin with ``prefix``.

        Args:
            prefix: the name of this module.
            recurse: whether those of the modules inside this one come too.
            remove_duplicate: whether a parameter reached by two names comes once.
        """
        return self._named_members(
            lambda module: module._parameters.items(), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, if ``recurse``, of all inside it, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their dotted names; the arguments are :meth:`named_parameters`'."""
        return self._named_members(
            lambda module: module._buffers.items(), prefix, recurse, remove_duplicate
        )

    def _named_members(
        self,
        get_members_fn: Callable[[Module], Iterable[tuple[str, _Member | None]]],
        prefix: str = "",
        recurse: bool = True,
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, _Member]]:
        """What ``get_members_fn`` finds in each module, with dotted names."""
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, cast("Module", self))]
        )
        seen: set[int] = set()
        for module_name, module in modules:
            for name, member in get_members_fn(module):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield _joined(module_name, name), member

    def get_submodule(self, target: str) -> Module:
        """The module with a dotted name; ``""`` is this module itself.

        Raises AttributeError where the path ends or leads through something else.

        >>> import graphnet as torch
        >>> torch.nn.Sequential(torch.nn.Sequential(torch.nn.ReLU())).get_submodule("0.0")
        ReLU()
        """
        module = cast("Module", self)
        for name in target.split(".") if target else ():
            module = cast("Module", _member(module, name, Tree, "an nn.Module"))
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put ``module`` in the place with a dotted name.

        Args:
            target: the name; its parents must exist.
            module: what to put there.
            strict: whether there must be a module in that place already.

        Raises ValueError for an empty name or something that is no module, AttributeError where the
        path does not lead.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Tree):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict or hasattr(parent, name):
            _member(parent, name, Tree, "an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter with a dotted name; AttributeError when there is none."""
        path, _, name = target.rpartition(".")
        parameter: Parameter = _member(self.get_submodule(path), name, Parameter, "an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer with a dotted name; AttributeError when there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer: Tensor = _member(module, name, Tensor, "a buffer")
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer


def _joined(module_name: str, name: str) -> str:
    return f"{module_name}.{name}" if module_name else name


def _member(module: Module, name: str, kind: type, what: str) -> Any:
    """The attribute of that name; AttributeError unless it is of that kind."""
    if not hasattr(module, name):
        raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
    member = getattr(module, name)
    if not isinstance(member, kind):
        raise AttributeError(f"`{name}` is not {what}")
    return member
