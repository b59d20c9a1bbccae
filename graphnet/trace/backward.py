"""Recording backward passes: what ``backward()`` and ``grad()`` ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphnet.trace.backward_pass import AGAIN, BackwardPass, use_up
from graphnet.trace.handle import Handle
from graphnet.trace.hooks import hooks_near
from graphnet.trace.segment import Segment
from graphnet.trace.stages import bind, check_versions, needs_check
from graphnet.trace.state import Stage

if TYPE_CHECKING:
    from graphnet.trace.recorder import Recorder


def backward(
    recorder: Recorder,
    roots: Sequence[Handle],
    cotangents: Sequence[Handle | None],
    *,
    inputs: Sequence[Handle] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> tuple[list[tuple[Handle, Handle]], list[Handle | None]]:
    """Record a backward pass, with the hooks on the way called.

    Args:
        recorder: where it is recorded.
        roots: the tensors to differentiate.
        cotangents: the gradient arriving at each; None for 1.
        inputs: tensors whose gradients are wanted, instead of all leaves'.
        retain_graph: keep what another backward pass would need.
        create_graph: make the gradients differentiable themselves.

    Returns:
        The (leaf, gradient) pairs found, or, if ``inputs`` is given, nothing and the gradient of
        each of them, None where the roots do not depend on it.
    """
    given = [cotangent for cotangent in cotangents if cotangent is not None]
    computed = [each for each in inputs or () if not each._layout.is_leaf]
    recorder.await_others([*roots, *given, *computed])
    mode = recorder.mode
    enabled, mode.enabled = mode.enabled, create_graph
    try:
        with recorder.lock:
            recorder.check_roots(roots)
            _find(recorder, [*roots, *computed])
            one = BackwardPass(recorder, roots, cotangents, inputs, retain_graph, create_graph)
            hooks = hooks_near(one.past.segments)
            if not hooks:
                one.run()
                if len(roots) == 1 and not given and inputs is None and not create_graph:
                    one.note_shortcut(roots[0])
        if hooks:
            one.stop_for(hooks)
            one.run()
        if inputs is None:
            return one.gradients_of_leaves(), []
        return [], one.gradients_of_inputs()
    finally:
        mode.enabled = enabled


def backward_again(
    recorder: Recorder, root: Handle, retain_graph: bool
) -> list[tuple[Handle, Handle]] | None:
    """What :func:`backward` does from one tensor to all leaves, where that was done here before.

    None if the pass is new, goes through several segments, or if there are hooks.
    """
    segment, here = root._segment, recorder.segment
    if segment is None or hooks_near((segment,)) or not _is_found(root, here):
        return None
    with recorder.lock:
        key: tuple[Any, ...] = (AGAIN, root._slot, retain_graph)
        if segment is not here:
            key += (segment.state, segment.spent)
        state = recorder.cache.after(here.state, key)
        if state is None or segment.links or segment.hooked or here is not recorder.segment:
            return None
        stage: Stage = state.stage  # type: ignore[assignment]  # such states have one
        if needs_check(segment, here):
            check_versions(stage, segment, here)
        if stage.imports:
            bind(stage, segment, here, create_graph=False)
        here.state = state
        here.gradients += (state,)
        if not retain_graph:
            use_up(segment, stage)
        make, variables = recorder.make, segment.variables
        layouts, first = state.layouts, state.first
        return [
            (variables[slot], make(layouts[gradient - first], here, gradient))  # type: ignore[index]  # leaves have slots
            for slot, gradient in stage.complete
        ]


def _find(recorder: Recorder, handles: Sequence[Handle]) -> None:
    """See to it that the histories of tensors are where they say.

    A tensor that was written to is read again; a leaf enters. That may begin a new segment.
    """
    here = None
    while here is not recorder.segment:
        here = recorder.segment
        for handle in handles:
            if not _is_found(handle, here):
                recorder.slot_of(handle)


def _is_found(handle: Handle, here: Segment) -> bool:
    """Whether a tensor's present value is in the current segment, or was computed earlier."""
    segment, stored = handle._segment, handle._stored
    if segment is here:
        return stored is None or handle._seen == stored.version
    if handle._layout.is_leaf or segment is None or not segment.finished or segment.error:
        return False
    return stored is None or (not stored.pending and handle._seen == stored.version)
