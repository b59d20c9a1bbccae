"""Conditions that programs state, and arithmetic with numbers that could be left open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import graphnet as torch


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        (torch._check, RuntimeError),
        (torch._check_index, IndexError),
        (torch._check_value, ValueError),
        (torch._check_type, TypeError),
        (torch._check_not_implemented, NotImplementedError),
    ],
)
def test_a_condition_that_fails_raises_with_its_message(
    check: Callable[..., None], kind: type[Exception]
) -> None:
    check(True, lambda: pytest.fail("nobody asks for the message"))
    with pytest.raises(kind, match=r"^two$"):
        check(False, lambda: "two")
    with pytest.raises(kind, match="Expected cond to be True"):
        check(False)


def test_conditions_are_truth_values() -> None:
    with pytest.raises(TypeError, match="cond must be a bool, but got <class 'int'>"):
        torch._check(1)
    with pytest.raises(TypeError, match="got a Tensor"):
        torch._check(torch.tensor(True))


def test_conditions_on_tensors_and_sizes() -> None:
    torch._check_tensor_all(torch.tensor([True, True]))
    with pytest.raises(RuntimeError):
        torch._check_tensor_all(torch.tensor([True, False]))
    with pytest.raises(RuntimeError, match="nonzero"):
        torch._assert_async(torch.tensor(0))
    torch._check_is_size(3, max=4)
    with pytest.raises(RuntimeError):
        torch._check_is_size(-1)


def test_numbers_keep_their_kind() -> None:
    assert (torch.sym_max(1, 2.0), torch.sym_min(3, 2)) == (2.0, 2)
    assert isinstance(torch.sym_max(3, 2.0), float)
    assert isinstance(torch.sym_min(3, 2), int)
    assert (torch.sym_int(-2.7), torch.sym_not(True), torch.sym_ite(False, 1, 2)) == (-2, False, 2)
    assert not isinstance(3, torch.SymInt)


def test_dtypes_that_are_only_named_have_no_tensors() -> None:
    assert (torch.complex32.is_complex, torch.complex32.itemsize) == (True, 4)
    assert torch.finfo(torch.complex32).dtype == "float16"
    for make in (
        lambda: torch.zeros(2, dtype=torch.complex32),
        lambda: torch.ones(2).to(torch.float8_e8m0fnu),
        lambda: torch.tensor([1.0], dtype=torch.float4_e2m1fn_x2),
    ):
        with pytest.raises(NotImplementedError, match="has no tensors of torch"):
            make()


def test_streams_of_the_cpu_are_always_done() -> None:
    stream = torch.Stream(device="cpu")
    with stream:
        event = stream.record_event()
    assert stream.query()
    assert event.query()
    assert stream.device == torch.device("cpu")
    with pytest.raises(AssertionError):
        torch.Stream(device="cuda")


def test_branches_and_loops_are_pythons_own() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    torch.cond(x > 1, lambda x: x**3, lambda x: x, (x,)).backward()
    assert x.grad.item() == 12
    count, total = torch.while_loop(
        lambda i, total: i < 4, lambda i, total: (i + 1, total + i), (torch.tensor(0), x)
    )
    assert (count.item(), total.item()) == (4, 8)
