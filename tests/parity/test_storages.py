"""Memory behind tensors, and methods of old, against PyTorch's."""

from __future__ import annotations

import pytest

from tests.parity.expressions import check

pytest.importorskip("torch")


@pytest.mark.parametrize(
    "code",
    [
        "x.storage().tolist()",
        "x[1:].storage().size(), x[1:].t().storage()[1], len(x.storage())",
        "x.untyped_storage().nbytes(), x.untyped_storage().size(), len(x.untyped_storage())",
        "x.untyped_storage().data_ptr() == x.data_ptr()",
        "x[1:].untyped_storage().data_ptr() == x.data_ptr()",
        "x.storage().__setitem__(0, 9.0)",
        "x.resize(3, 2)",
        "x.resize(7)",
        "x.resize_as(torch.ones(6))",
        "x.reinforce(1.0)",
        "x.indices()",
        "x.values()",
        "x.name, x.is_nested, x.ndimension()",
        "torch._utils._flatten_dense_tensors([x, x[0]])",
        "torch._utils._unflatten_dense_tensors(torch.arange(9.0), [x, x[0]])",
        "torch.inf, torch.pi, torch.e, torch.newaxis",
        "repr(torch.jagged)",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_it_is_as_in_pytorch(code: str) -> None:
    import numpy as np

    check(code, x=np.arange(6, dtype=np.float32).reshape(2, 3))
