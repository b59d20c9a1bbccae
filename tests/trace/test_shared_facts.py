"""What a long trace would otherwise hold thousands of times over is one object."""

from __future__ import annotations

import graphnet as torch
from graphnet.trace.recorder import current_recorder


def test_equal_steps_share_types_and_layouts() -> None:
    x = torch.ones(7, 3)
    first = x + 1
    path = []
    for _ in range(3):
        first = first * 2
        path.append(current_recorder().segment.state)
    types = {id(value.type) for state in path for value in state.values if value.type.ndim}
    assert len(path) == len({id(state) for state in path}) == 3
    assert len(types) == 1
    assert len({id(state.layouts) for state in path}) == 1
    assert path[0].layouts[0] is first._layout
    assert all(state.values is state.values[0].node.results for state in path)


def test_an_operation_with_several_results_has_a_layout_for_each() -> None:
    values, indices = torch.tensor([[3.0, 1.0], [2.0, 4.0]]).sort()
    state = current_recorder().segment.state
    assert [layout and layout.dtype for layout in state.layouts] == [values.dtype, indices.dtype]
