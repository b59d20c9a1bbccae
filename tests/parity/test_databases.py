"""The databases that PyTorch's own tests run over: samples, gradients, and what must be refused.

``torch.testing._internal`` has them. What differs is listed in ``databases/known_failures.txt``,
which may only shrink: a test fails when something listed passes, or something else fails.
"""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest")  # the databases need it

from tests.parity.databases.known import expect, known_failures
from tests.parity.databases.layers import (
    check_module,
    check_module_errors,
    check_optimizer,
    check_optimizer_errors,
    modules,
    optimizers,
)
from tests.parity.databases.ops import (
    check_errors,
    check_gradients,
    check_values,
    operations,
)

# Each sample is another program, and some of them make PyTorch warn.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(60)]

CHECKS = {
    "values": (check_values, operations()),
    "gradients": (check_gradients, operations()),
    "errors": (check_errors, operations()),
    "module": (check_module, modules()),
    "module errors": (check_module_errors, modules()),
    "optimizer": (check_optimizer, optimizers()),
    "optimizer errors": (check_optimizer_errors, optimizers()),
}


@pytest.mark.parametrize(
    ("aspect", "name"), [(aspect, name) for aspect, (_, all_) in CHECKS.items() for name in all_]
)
def test_is_as_in_pytorch(aspect: str, name: str) -> None:
    check, entries = CHECKS[aspect]
    expect(aspect, name, check, entries[name])


def test_the_list_names_what_there_is() -> None:
    cases = {f"{aspect}: {name}" for aspect, (_, entries) in CHECKS.items() for name in entries}
    assert not known_failures() - cases
