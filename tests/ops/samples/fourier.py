"""Samples of complex numbers and Fourier transforms; what they are differentiated by is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphnet.ir.node import Value
from graphnet.ir.registry import op_class
from graphnet.ops.complex import Complex, Imag, Real
from graphnet.ops.parts import Select
from tests.ops.samples import base
from tests.ops.samples.base import Sample, sample
from tests.ops.samples.elementwise import BROADCAST, SHAPES


def samples() -> Iterator[Sample]:
    """All of them."""
    for tag, shape in SHAPES.items():
        operands = base.Real(shape), base.Real(shape)
        yield sample("complex", *operands, apply=_real_results("complex"), tag=tag)
        for name in ("real", "imag", "conj"):
            apply = _of_complex(name) if name == "conj" else _first_of_complex(name)
            yield sample(name, _parts(shape), apply=apply, tag=tag)
    for tag, (first, second, _) in BROADCAST.items():
        operands = base.Real(first), base.Real(second)
        yield sample("complex", *operands, apply=_real_results("complex"), tag=tag)
    yield from _holomorphic()
    yield from _transforms()


def _holomorphic() -> Iterator[Sample]:
    """Operations whose one formula holds for complex operands, too; and the distance from 0."""
    for name in ("mul", "div", "exp", "sin", "tanh", "square", "reciprocal"):
        operands = [_parts((2, 3))] * (2 if name in ("mul", "div") else 1)
        yield sample(name, *operands, apply=_of_complex(name), tag="complex")
    yield sample("abs", _parts((2, 3)), apply=_first_of_complex("abs"), tag="complex")
    yield sample(
        "matmul", _parts((2, 3)), _parts((3, 2)), apply=_of_complex("matmul"), tag="complex"
    )


def _transforms() -> Iterator[Sample]:
    for norm in ("backward", "ortho", "forward"):
        for inverse in (False, True):
            options: dict[str, Any] = {"dims": (0, 2), "inverse": inverse, "norm": norm}
            apply = _of_complex("fft", **options)
            tag = f"{norm}_{inverse}"
            yield sample("fft", _parts((2, 2, 3)), apply=apply, tag=tag, **options)
        for n in (4, 5):
            options = {"dim": 1, "norm": norm}
            apply = _real_results("rfft", **options)
            yield sample("rfft", base.Real((2, n)), apply=apply, tag=f"{norm}_{n}", **options)
            options = {"dim": 1, "n": n, "norm": norm}
            apply = _first_of_complex("irfft", **options)
            yield sample(
                "irfft", _parts((2, n // 2 + 1)), apply=apply, tag=f"{norm}_{n}", **options
            )
    options = {"dims": (1,), "inverse": False, "norm": "backward"}
    empty = _parts((0, 3))
    yield sample("fft", empty, apply=_of_complex("fft", **options), tag="empty", **options)
    options = {"dim": 1, "norm": "backward"}
    apply = _real_results("rfft", **options)
    yield sample("rfft", base.Real((0, 3)), apply=apply, tag="empty", **options)
    options = {"dim": 1, "n": 4, "norm": "backward"}
    apply = _first_of_complex("irfft", **options)
    yield sample("irfft", empty, apply=apply, tag="empty", **options)


def _parts(shape: base.Shape) -> base.Real:
    """Real and imaginary part of an operand, stacked."""
    return base.Real((2, *shape), 0.3, 2.5)


def _both(z: Value) -> tuple[Value, Value]:
    return Real()(z), Imag()(z)


def _real_results(name: str, **options: Any) -> Callable[..., Any]:
    """The parts of what the operation makes of real operands."""
    return lambda *operands: _both(op_class(name)(**options)(*operands))


def _first_of_complex(name: str, **options: Any) -> Callable[..., Any]:
    """What the operation makes of complex operands, given by their parts."""

    def apply(*stacks: Value) -> Any:
        part = Select(0)
        return op_class(name)(**options)(*(Complex()(part(x, 0), part(x, 1)) for x in stacks))

    return apply


def _of_complex(name: str, **options: Any) -> Callable[..., Any]:
    """The parts of what the operation makes of complex operands."""
    apply = _first_of_complex(name, **options)
    return lambda *parts: _both(apply(*parts))
