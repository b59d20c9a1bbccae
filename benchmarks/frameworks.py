"""The frameworks a workload runs under, as a worker process sees them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from benchmarks.program import Program
from benchmarks.workloads import module_of

Array = npt.NDArray[Any]


class Framework(ABC):
    """How programs of one framework are made, and how their results are had.

    Attributes:
        package: what is imported.
        module: the package, once :meth:`load` has imported it.
    """

    package: ClassVar[str]
    module: Any = None

    def load(self, threads: int) -> str:
        """Import the package and let it use ``threads`` threads; returns its version."""
        self.module = import_module(self.package)
        self.set_threads(threads)
        return str(self.module.__version__)

    def libraries(self) -> list[str]:
        """What the package says of libraries that are linked into it."""
        return []

    @abstractmethod
    def set_threads(self, count: int) -> None:
        """Let computations use ``count`` threads."""

    @abstractmethod
    def build(self, workload: str, options: dict[str, Any]) -> Program:
        """Build a workload; options are arguments of its ``build``."""

    @abstractmethod
    def array(self, tensor: Any) -> Array:
        """The values of a tensor. Whatever was put off to compute it is done now."""

    @abstractmethod
    def gradients(self, program: Program) -> dict[str, Array]:
        """The gradient of each parameter, as the last step left it."""

    @abstractmethod
    def output(self, program: Program) -> list[Array]:
        """What the program's model says of its inputs."""

    def arrays(self, results: Any) -> list[Array]:
        """All that a step returned, looked at."""
        if isinstance(results, (tuple, list)) and not _plain(results):
            return [array for each in results for array in self.arrays(each)]
        if isinstance(results, (np.ndarray, int, float, tuple, list)):
            return [np.asarray(results)]
        return [self.array(results)]

    def settle(self, program: Program, results: Any) -> None:
        """Look at what a block of steps ended with, so that none of it is left to be computed."""
        self.arrays(results)


def _plain(results: Any) -> bool:
    return all(isinstance(each, (int, float)) for each in results)


class PyTorchLike(Framework):
    """A package with PyTorch's API."""

    def set_threads(self, count: int) -> None:
        """One setting, by the name that PyTorch has for it."""
        self.module.set_num_threads(count)

    def build(self, workload: str, options: dict[str, Any]) -> Program:
        """The workload's source, with this package as ``torch``."""
        program: Program = module_of(workload).build(self.module, **options)
        return program

    def array(self, tensor: Any) -> Array:
        """A view of the tensor's memory."""
        values: Array = tensor.detach().numpy()
        return values

    def gradients(self, program: Program) -> dict[str, Array]:
        """Copies of the parameters' ``grad``."""
        if program.model is None:
            return {}
        return {
            name: np.array(self.array(parameter.grad))
            for name, parameter in program.model.named_parameters()
            if parameter.grad is not None
        }

    def output(self, program: Program) -> list[Array]:
        """Computed without gradients."""
        if program.output is None:
            return []
        with self.module.no_grad():
            return self.arrays(program.output())

    def settle(self, program: Program, results: Any) -> None:
        """Look at the last result and at a parameter."""
        super().settle(program, results)
        if program.model is not None:
            self.array(next(program.model.parameters()))


class Graphnet(PyTorchLike):
    """This repository's package."""

    package = "graphnet"


class Torch(PyTorchLike):
    """PyTorch as it runs by default, one operation after the other."""

    package = "torch"

    def libraries(self) -> list[str]:
        """Its MKL and oneDNN, and the instructions it uses: nobody else sees these."""
        lines = self.module.__config__.show().splitlines()
        words = ("Math Kernel", "MKL-DNN", "CPU capability")
        return [line.strip(" -") for line in lines if any(word in line for word in words)]


class CompiledTorch(Torch):
    """PyTorch with ``torch.compile``: of the model, or of the whole step where there is none."""

    def build(self, workload: str, options: dict[str, Any]) -> Program:
        """The same program, compiled when it is first run."""
        program = super().build(workload, options)
        if program.model is not None:
            program.model.compile()
            return program
        return Program(self.module.compile(program.step))


class Jax(Framework):
    """jax, for the workloads that have a twin in it."""

    package = "jax"

    def set_threads(self, count: int) -> None:
        """Read by jax from the environment alone, which has the count already."""

    def build(self, workload: str, options: dict[str, Any]) -> Program:
        """The workload's twin.

        Raises:
            NotImplementedError: there is none.
        """
        module = module_of(workload)
        if not hasattr(module, "build_jax"):
            raise NotImplementedError(f"{workload} has no twin in jax")
        program: Program = module.build_jax(self.module, **options)
        return program

    def array(self, tensor: Any) -> Array:
        """A copy, once it is computed."""
        return np.asarray(tensor)

    def gradients(self, program: Program) -> dict[str, Array]:
        """None that a step leaves behind: losses over several steps depend on all of them."""
        return {}

    def output(self, program: Program) -> list[Array]:
        """What the twin computes."""
        return [] if program.output is None else self.arrays(program.output())


FRAMEWORKS: dict[str, type[Framework]] = {
    "graphnet": Graphnet,
    "torch": Torch,
    "torch.compile": CompiledTorch,
    "jax": Jax,
}
"""By the names that the command line has for them."""
