"""Backward passes in stages: what they cost, and what they keep of a single pass."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet as torch
from graphnet.errors import AutogradError
from graphnet.trace.hooks import hooks_near
from graphnet.trace.recorder import Recorder, recording


@pytest.fixture(autouse=True)
def recorder():
    """A recorder of its own for each test, so that counts start at zero."""
    fresh = Recorder()
    with recording(fresh):
        yield fresh


class Doubled(torch.autograd.Function):
    """Multiplies by two; its gradient by three."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 3


class Forked(torch.autograd.Function):
    """Two results, and the gradients that arrive at them."""

    arrived: Any = None

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2, x * 3

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any) -> Any:
        Forked.arrived = g.tolist(), h.tolist()
        return g + h


def leaf(*numbers: float) -> Any:
    return torch.tensor(numbers, requires_grad=True)


def solve(w: Any, steps: int, look: bool = True) -> Any:
    """A history of as many segments as there are steps, if each is looked at."""
    h = w * 0.5
    for _ in range(steps):
        h = (h * w).tanh() + h
        if look:
            h.sum().item()
    return (h * h).sum()


class TestCost:
    """A stage is found again whatever comes before and after it."""

    def test_a_longer_history_needs_no_new_plans(self, recorder):
        w = leaf(0.5, -0.25)
        for steps in (6, 7, 6, 7, 8, 7):
            solve(w, steps).backward()
            w.grad.tolist()
        states, compiled = recorder.cache.states, recorder.cache.compiled
        for steps in (9, 30, 12, 20):
            solve(w, steps).backward()
            w.grad.tolist()
        assert recorder.cache.states == states
        assert recorder.cache.compiled == compiled

    def test_a_value_read_by_more_segments_needs_no_new_plans(self, recorder):
        w = leaf(0.5, -0.25)

        def decode(steps: int) -> None:
            memory = w.exp()
            memory.tolist()
            h = w * 1
            for _ in range(steps):
                h = h * memory
                h.tolist()
            h.sum().backward()
            w.grad.tolist()

        for steps in (6, 7, 6, 7, 8, 7):
            decode(steps)
        states = recorder.cache.states
        for steps in (9, 30, 12):
            decode(steps)
        assert recorder.cache.states == states

    @pytest.mark.parametrize("kind", ["functions", "hooks"])
    def test_as_many_nodes_for_each_hook(self, recorder, kind):
        def nodes(count: int) -> int:
            x = h = leaf(1.0, 2.0)
            for _ in range(count):
                if kind == "functions":
                    h = Doubled.apply(h)
                else:
                    h = h.sin()
                    h.register_hook(lambda g: g * 2)
            h.sum().backward()
            number = len(recorder.trace().nodes)
            x.grad.tolist()
            return number

        few, more, most = nodes(8), nodes(16), nodes(32)
        assert most - more == 2 * (more - few)

    def test_one_segment_is_one_step(self, recorder):
        x = leaf(1.0, 2.0)
        for _ in range(3):
            loss = (x.exp() * x).sum()
            before = recorder.segment.state
            loss.backward()
            assert recorder.segment.state.parent is before
            x.grad = None

    def test_a_look_at_the_loss_costs_no_step(self, recorder):
        x = leaf(1.0, 2.0)
        for _ in range(3):
            loss = (x.exp() * x).sum()
            loss.item()
            loss.backward()
            assert recorder.segment.state.steps == 1
            x.grad = None


class TestLongHistories:
    """What holds for one segment holds for many."""

    @pytest.mark.parametrize("steps", [2, 3, 5, 12])
    def test_looks_change_no_bit(self, steps):
        found = []
        for look in (False, True):
            for _ in range(3):
                w = leaf(0.3, -0.7, 1.1)
                solve(w, steps, look).backward()
                found.append(w.grad.tolist())
        assert found == [found[0]] * 6

    @pytest.mark.parametrize("steps", [3, 9])
    def test_second_and_third_order(self, steps):
        found = []
        for look in (False, True, True, True):
            w = leaf(0.3, -0.7)
            (g,) = torch.autograd.grad(solve(w, steps, look), w, create_graph=True)
            (h,) = torch.autograd.grad(g.sum(), w, create_graph=True)
            h.pow(2).sum().backward()
            found.append([*g.tolist(), *h.tolist(), *w.grad.tolist()])
        for again in found[1:]:
            assert again == pytest.approx(found[0], rel=1e-4)

    @pytest.mark.parametrize("steps", [3, 9])
    def test_the_graph_is_used_up_unless_retained(self, steps):
        for _ in range(3):
            w = leaf(0.3, -0.7)
            loss = solve(w, steps)
            loss.backward(retain_graph=True)
            once = w.grad.tolist()
            loss.backward()
            assert w.grad.tolist() == [2 * g for g in once]
            with pytest.raises(AutogradError, match="second time"):
                loss.backward()
            assert w.grad.tolist() == [2 * g for g in once]

    @pytest.mark.parametrize("steps", [3, 9])
    def test_only_inputs(self, steps):
        for _ in range(3):
            w, v = leaf(0.3, -0.7), leaf(1.0, 2.0)
            middle = solve(w, steps) * v
            middle.tolist()
            loss = (middle * middle).sum()
            (g,) = torch.autograd.grad(loss, middle, retain_graph=True)
            assert g.tolist() == (2 * middle).tolist()
            loss.backward(inputs=[v])
            assert w.grad is None
            assert v.grad.tolist() == (2 * middle * middle / v).tolist()

    def test_a_write_over_what_an_early_segment_saved_is_refused(self):
        for _ in range(3):
            w = leaf(0.3, -0.7)
            h = w * 1
            early = h.exp()
            total = early.sum()
            for _ in range(6):
                total = total * 1.5
                total.item()
            early.mul_(2)
            with pytest.raises(AutogradError, match="modified by an inplace operation"):
                total.backward()
            assert w.grad is None

    def test_a_leaf_of_many_segments_gets_its_gradient_once(self):
        for _ in range(3):
            w = leaf(0.3, -0.7)
            seen: list[Any] = []
            w.register_post_accumulate_grad_hook(lambda x, seen=seen: seen.append(x.grad.tolist()))
            w.register_hook(lambda g, seen=seen: seen.append(g.tolist()))
            solve(w, 9).backward()
            assert seen == [w.grad.tolist()] * 2

    def test_an_input_given_twice(self):
        x = leaf(1.0, 2.0)
        first, second = torch.autograd.grad((x * 3).sum(), [x, x])
        assert first.tolist() == second.tolist() == [3.0, 3.0]
        (x * 3).sum().backward(inputs=[x, x])
        assert x.grad.tolist() == [3.0, 3.0]


class TestHooks:
    """A hook is called where the gradient at its value is complete."""

    def test_leaves_are_seen_as_soon_as_their_gradient_is_complete(self):
        first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
        for _ in range(3):
            order: list[str] = []
            hooks = [
                tensor.register_hook(lambda g, name=name, order=order: order.append(name))
                for name, tensor in (
                    ("w1", first.weight),
                    ("b1", first.bias),
                    ("w2", second.weight),
                    ("b2", second.bias),
                )
            ]
            h = first(torch.ones(1, 2))
            h.register_hook(lambda g, order=order: order.append("h"))
            second(h.tanh()).sum().backward()
            assert order == ["b2", "w2", "h", "b1", "w1"]
            for hook in hooks:
                hook.remove()

    def test_a_hook_may_look(self):
        w = leaf(0.3, -0.7)
        for _ in range(4):
            w.grad = None
            seen: list[Any] = []
            h = w * 2
            for _ in range(5):
                h.register_hook(lambda g, seen=seen: seen.append(g.tolist()))
                h = h * 3
            h.sum().backward()
            assert seen == [[3.0 ** (n + 1)] * 2 for n in range(5)]
            assert w.grad.tolist() == [486.0, 486.0]

    def test_what_a_hook_raises_leaves_everything_as_it_was(self):
        def refuse(_: Any) -> None:
            raise ValueError("no")

        for look in (False, True, False, True):
            w = leaf(0.3, -0.7)
            h = (w * 2).exp()
            hook = h.register_hook(refuse)
            loss = (h * h).sum()
            if look:
                loss.item()
            with pytest.raises(ValueError, match="no"):
                loss.backward()
            assert w.grad is None
            hook.remove()
            loss.backward()
            expected = 4 * (w * 4).exp()
            assert w.grad.tolist() == pytest.approx(expected.tolist())

    def test_a_hook_on_one_result_of_a_function_comes_before_its_gradient(self):
        for _ in range(3):
            x = leaf(1.0, 2.0)
            one, other = Forked.apply(x)
            one.register_hook(lambda g: g * 10)
            (one.sum() + other.sum()).backward()
            assert Forked.arrived == ([10.0, 10.0], [1.0, 1.0])
            assert x.grad.tolist() == [11.0, 11.0]

    def test_a_function_off_the_way_is_not_called(self):
        Forked.arrived = None
        x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
        one, _ = Forked.apply(x)
        (g,) = torch.autograd.grad((one * y).sum(), y)
        assert g.tolist() == [2.0, 4.0]
        assert Forked.arrived is None

    def test_the_gradient_of_a_functions_result(self):
        x = leaf(1.0, 2.0)
        y = Doubled.apply(x)
        g, h = torch.autograd.grad((y * y).sum(), [y, x])
        assert g.tolist() == [4.0, 8.0]
        assert h.tolist() == [12.0, 24.0]

    def test_a_function_whose_history_is_used_up_says_so(self):
        class Saving(Doubled):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                return x * 2

        x = leaf(1.0, 2.0)
        loss = (Saving.apply(x) + 1).sum()
        loss.backward()
        with pytest.raises(AutogradError, match="second time"):
            loss.backward()
        assert x.grad.tolist() == [3.0, 3.0]

    def test_a_function_that_saves_nothing_is_gone_through_again(self):
        for _ in range(3):
            x = leaf(1.0, 2.0)
            loss = (Doubled.apply(x) + 1).sum()
            loss.backward()
            loss.backward()
            assert x.grad.tolist() == [6.0, 6.0]

    def test_a_function_that_writes_to_a_view(self):
        class Written(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.mark_dirty(x)
                return x.mul_(2)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2

        for _ in range(3):
            x = leaf(1.0, 1.0)
            base = x * 1
            row = Written.apply(base[0:1])
            (base.sum() * 5 + row.sum() * 7).backward()
            assert x.grad.tolist() == [24.0, 5.0]

    def test_an_intermediate_tensors_gradient_is_that_of_the_whole_pass(self):
        for _ in range(3):
            x = leaf(1.0, 2.0)
            h = x * 2
            k = h.exp()
            k.register_hook(lambda g: g * 10)
            (k.sum() + (h * 3).sum()).backward()
            expected = 10 * h.exp() + 3
            assert h.grad.tolist() == pytest.approx(expected.tolist())


def test_hooks_on_what_is_not_differentiated_are_not_asked_for():
    x, seen = torch.ones(2, requires_grad=True), []
    others = [x * number for number in range(20)]
    for other in others:
        other.register_hook(lambda gradient: seen.append("other"))
    sum(others).sum().item()
    y = x * 3
    y.register_hook(lambda gradient: seen.append("y"))
    on_leaves = len(hooks_near(()))
    assert len(hooks_near((y._segment,))) == on_leaves + 1
    assert len(hooks_near((others[0]._segment,))) == on_leaves + 20
    y.sum().backward()
    assert seen == ["y"]
    assert x.grad.tolist() == [3, 3]
