"""Where the body of a program's outermost loop begins, as far as a trace tells."""

from __future__ import annotations

from typing import Any, NamedTuple

from graphnet.ir.op import Op
from graphnet.trace.state import State


class _Step(NamedTuple):
    """What a step does, and the user's line that does it."""

    head: Any
    location: Any


def outermost_loop(state: State) -> State | None:
    """The first step of the body of the outermost loop on the path to a state; None without loops.

    What is done once in each round of a loop comes back more seldom than what loops inside of it
    do. So that is the step with the fewest returns, of those that have not stayed away for two
    rounds. The step that the path begins with is taken if it comes as seldom as any: it began an
    earlier stretch of the same loop, and a round that is not over counts it once more.
    """
    places: dict[_Step, list[State]] = {}
    for step in state.path():
        if isinstance(step.head, Op):
            places.setdefault(_Step(step.head, step.location), []).append(step)
    found = [steps for steps in places.values() if _goes_on(steps, state)]
    if not found:
        return None
    fewest = min(map(len, found))
    at_start = [steps for steps in found if steps[0] is state.begin and len(steps) <= fewest + 1]
    (loop, *_), *_ = at_start or [steps for steps in found if len(steps) == fewest]
    return loop


def _goes_on(steps: list[State], state: State) -> bool:
    """Whether a step came back, and lately."""
    rounds = len(steps) - 1
    first, last = steps[0].steps, steps[-1].steps
    return rounds > 0 and (state.steps - last) * rounds < 2 * (last - first)
