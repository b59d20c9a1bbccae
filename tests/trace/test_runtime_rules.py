"""What the tracing runtime must get right: one group of tests for each of the twelve rules.

Each rule was a wrong result, or a cost without bound, in some earlier lazy framework.
"""

from __future__ import annotations

import gc
import sys
import threading
import warnings

import numpy as np
import pytest

import graphnet as torch
from graphnet.config import config
from graphnet.errors import RecompileWarning
from graphnet.trace.loops import outermost_loop
from graphnet.trace.recorder import Recorder, current_recorder, recording


@pytest.fixture(autouse=True)
def recorder():
    """A recorder of its own for each test, so that counts start at zero."""
    fresh = Recorder()
    with recording(fresh):
        yield fresh


def settle(step, times=4):
    """Repeat a step until it is compiled."""
    return [step() for _ in range(times)]


class TestLeafSignature:
    """1. dtype, shape, requires_grad, shared storage and grad mode tell traces apart."""

    def test_dtype_and_shape(self):
        def double(x):
            return (x + x).tolist()

        for _ in range(3):
            assert double(torch.tensor([1.0])) == [2.0]
            assert double(torch.tensor([1])) == [2]
            assert double(torch.tensor([[1.0, 2.0]])) == [[2.0, 4.0]]

    def test_requires_grad(self):
        for requires_grad in (True, False, True, False, True):
            x = torch.tensor([2.0], requires_grad=requires_grad)
            assert (x * 3).requires_grad is requires_grad

    def test_shared_storage(self):
        for _ in range(4):
            for shared in (True, False):
                x = torch.tensor([1.0, 2.0])
                y = x.detach() if shared else x.clone()
                z = x * 10
                y += 1
                assert (z + y).tolist() == [12.0, 23.0]
                assert x.tolist() == ([2.0, 3.0] if shared else [1.0, 2.0])

    def test_grad_mode(self):
        x = torch.tensor([2.0], requires_grad=True)
        for _ in range(4):
            assert (x * 3).requires_grad
            with torch.no_grad():
                assert not (x * 3).requires_grad


class TestScalars:
    """2. Scalars that change become inputs; they never promote."""

    def test_a_changing_scalar_opens_no_branch(self, recorder):
        x = torch.tensor([1.0, 2.0])
        for rate in (0.1, 0.2, 0.3):
            (x * rate).tolist()
        states, compiled = recorder.cache.states, recorder.cache.compiled
        for step in range(50):
            found = (x * (0.01 * step)).tolist()
            np.testing.assert_allclose(found, [0.01 * step, 0.02 * step], rtol=1e-6)
        assert recorder.cache.states == states
        assert recorder.cache.compiled == compiled

    def test_a_constant_scalar_is_folded(self, recorder):
        x = torch.tensor([1.0, 2.0])
        settle(lambda: (x * 1 + 0).tolist())
        *_, (state, demand) = recorder.cache._plans
        assert "multiply" not in str(state.runs[demand].compiled.plan)

    @pytest.mark.parametrize("numbers", [(0.0, -0.0), (1, 1.0), (1, True), (2.0, float("nan"))])
    def test_numbers_that_compare_equal_are_told_apart(self, numbers):
        x = torch.tensor([1, -1])
        for number in numbers * 3:
            found = x * number
            expected = np.array([1, -1]) * (np.float32(number) if type(number) is float else number)
            assert found.dtype is (torch.float32 if type(number) is float else torch.int64)
            np.testing.assert_array_equal(found.numpy(), expected)
            np.testing.assert_array_equal(np.signbit(found.numpy()), np.signbit(expected))

    def test_a_python_scalar_does_not_promote(self):
        x = torch.tensor([1.0])
        for number in (2, 2.5, 1e30, 0.1):
            assert (x * number).dtype is torch.float32

    def test_an_index_that_changes_is_an_input(self, recorder):
        x = torch.arange(100)
        for i in range(3):
            assert (x[i] + 1).item() == i + 1
            assert x[i : i + 3].sum().item() == 3 * i + 3
        states = recorder.cache.states
        for i in range(90):
            assert (x[i] + 1).item() == i + 1
            assert x[i : i + 3].sum().item() == 3 * i + 3
        assert recorder.cache.states == states


class TestDemand:
    """3. What is still alive is part of a plan's key."""

    def test_a_kept_intermediate_is_computed(self):
        x = torch.tensor([1.0, 2.0])
        kept = []
        for step in range(6):
            y = x * 2
            z = y + 1
            if step % 2:
                kept.append(y)
            del y
            assert z.tolist() == [3.0, 5.0]
        assert [y.tolist() for y in kept] == [[2.0, 4.0]] * 3

    def test_dead_values_are_not_computed(self, recorder):
        x = torch.ones(4)

        def step():
            wasted = x * 3
            del wasted
            return (x + 1).tolist()

        settle(step)
        *_, (state, demand) = recorder.cache._plans
        assert "multiply" not in str(state.runs[demand].compiled.plan)


class TestEscaping:
    """4. What escapes never lives in the arena."""

    def test_results_survive_later_replays(self):
        x = torch.tensor([1.0, 2.0])
        kept, arrays = [], []
        for step in range(8):
            y = (x * step) + 1
            kept.append(y)
            arrays.append(y.numpy())
        for step in range(8):
            assert kept[step].tolist() == [step + 1.0, 2.0 * step + 1.0]
            assert arrays[step].tolist() == [step + 1.0, 2.0 * step + 1.0]


class TestLookBeforeBackward:
    """5. Looking at the loss first keeps what the backward pass needs; nothing runs twice."""

    def test_the_forward_pass_runs_once(self, monkeypatch):
        from graphnet.ops.math import Exp

        calls = []
        original = Exp.ufunc
        monkeypatch.setattr(Exp, "ufunc", lambda *a, **k: calls.append(1) or original(*a, **k))
        w = torch.tensor([0.5, 1.5], requires_grad=True)
        for step in range(1, 6):
            w.grad = None
            loss = (w.exp() * w).sum()
            assert loss.item() == pytest.approx(float((np.exp([0.5, 1.5]) * [0.5, 1.5]).sum()))
            loss.backward()
            expected = np.exp([0.5, 1.5]) * np.array([1.5, 2.5])
            np.testing.assert_allclose(w.grad.numpy(), expected, rtol=1e-6)
            assert len(calls) == step

    def test_same_gradients_as_without_looking(self):
        w = torch.tensor([[0.5, -1.0], [2.0, 0.25]], requires_grad=True)
        x = torch.tensor([[1.0, 2.0]])
        found = []
        for look in (False, True) * 3:
            w.grad = None
            h = (x @ w).tanh()
            loss = (h * h).sum()
            if look:
                loss.item()
            loss.backward()
            found.append(w.grad.tolist())
        assert all(g == found[0] for g in found)

    def test_several_looks_on_the_way(self):
        w = torch.tensor([2.0], requires_grad=True)
        for _ in range(4):
            w.grad = None
            a = w * 3
            a.item()
            b = a * a
            b.item()
            c = b.exp().log()
            c.item()
            c.backward()
            np.testing.assert_allclose(w.grad.numpy(), [36.0], rtol=1e-5)

    def test_writing_in_between_is_refused(self):
        w = torch.tensor([2.0], requires_grad=True)
        x = torch.tensor([3.0])
        loss = w * x
        loss.item()
        x += 1
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()


class TestSettling:
    """6. A run settles every live tensor; loops that never look are run now and then."""

    def test_accumulating_a_loss_stays_flat(self, recorder):
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.0)
        total = torch.zeros(())

        def step():
            nonlocal total
            optimizer.zero_grad()
            loss = (w * w).sum()
            loss.backward()
            optimizer.step()
            total += loss.detach()

        settle(step, 4)
        states = recorder.cache.states
        settle(step, 100)
        assert recorder.cache.states == states
        assert recorder.segment.state.steps < 10
        assert total.item() == 520.0

    def test_a_loop_that_never_looks_is_run(self, recorder):
        x = torch.ones(2)
        for _ in range(5000):
            x = x + 1
        assert recorder.segment.state.steps <= config.watermark + 2
        assert sum(recorder.cache.runs.values()) >= 5
        assert x.tolist() == [5001.0, 5001.0]

    def test_a_loop_is_cut_after_the_same_round_whatever_came_before(self, recorder, monkeypatch):
        monkeypatch.setattr(config, "watermark", 40)

        def rounds(length):
            x = torch.ones(length)
            for _ in range(40):
                x = torch.cat([x.sin() * 2, x[:1]])
            return x.sum().item()

        for _ in range(30):
            torch.ones(3).exp()
        rounds(1)
        states, compiled = recorder.cache.states, recorder.cache.compiled
        rounds(1)
        first = recorder.cache.states - states
        for _ in range(3):
            rounds(1)
        assert first < 40 + 10  # what comes before the first round is new, and no more
        assert recorder.cache.states == states + first
        assert recorder.cache.compiled - compiled <= 10

    def test_a_loop_in_a_loop_is_cut_where_the_outer_one_begins(self, recorder):
        x = torch.ones(2) * 1000

        def rounds(number):
            nonlocal x
            for _ in range(number):
                for _ in range(4):
                    x = (x * 1).abs()
                x = x - 1
                x = x.abs()

        rounds(5)
        assert outermost_loop(recorder.segment.state).head.name == "sub"
        rounds(200)
        cache = recorder.cache
        first = [state for (before, *_), state in cache.edges.items() if before is cache.root]
        begins = {state.head.name for state in first if state.head}
        states = recorder.cache.states
        rounds(200)
        assert "sub" in begins
        assert recorder.cache.states == states
        assert x.tolist() == [595.0, 595.0]

    @pytest.mark.parametrize("place", ["before", "after", "nowhere"])
    def test_a_detached_alias_that_is_written_to_later(self, place):
        """What was computed in an earlier segment keeps its history."""
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * 2
        alias = y.detach()
        if place == "before":
            torch.ones(1).add(1).item()
        alias[0] = 7
        if place == "after":
            torch.ones(1).add(1).item()
        total = y.sum()
        total.backward()
        assert (total.item(), x.grad.tolist()) == (11.0, [2.0, 2.0])

    @pytest.mark.parametrize("watermark", range(1, 24))
    @pytest.mark.parametrize("gradients", [False, True])
    def test_a_write_is_never_cut_in_two(self, watermark, gradients, monkeypatch):
        """Wherever the trace is cut, memory that is written to piece by piece has all pieces."""
        monkeypatch.setattr(config, "watermark", watermark)
        x = torch.arange(12.0).reshape(6, 2).requires_grad_(gradients)
        for _ in range(3):
            grid = torch.zeros(2, 6)
            for place in range(6):
                grid[:, place : place + 1] = x[place].unsqueeze(1) * 2
                with torch.no_grad():
                    grid[0, place] += 1
                    grid.mul_(1)
            assert grid.tolist() == [[4 * i + 1 for i in range(6)], [4 * i + 2 for i in range(6)]]
            if gradients:
                x.grad = None
                grid.sum().backward()
                assert x.grad.tolist() == [[2.0, 2.0]] * 6


class TestStorage:
    """7. Views, detach, .data and numpy share memory as in PyTorch."""

    def test_views_see_writes_and_write_through(self):
        for _ in range(3):
            x = torch.arange(6).reshape(2, 3).clone()
            row, column, flat = x[0], x[:, 1], x.view(-1)
            x += 10
            assert row.tolist() == [10, 11, 12]
            column.zero_()
            assert x.tolist() == [[10, 0, 12], [13, 0, 15]]
            flat[5] = -1
            assert x[1].tolist() == [13, 0, -1]
            assert row.tolist() == [10, 0, 12]

    def test_detach_and_data_share(self):
        for _ in range(3):
            x = torch.tensor([1.0, 2.0], requires_grad=True)
            x.detach().mul_(10)
            x.data += 1
            assert x.tolist() == [11.0, 21.0]
            assert x.is_leaf
            assert x.requires_grad

    def test_numpy_shares_both_ways(self):
        for _ in range(3):
            x = torch.zeros(3)
            array = x.numpy()
            x += 1
            assert array.tolist() == [1.0, 1.0, 1.0]
            array[0] = 5
            assert x.tolist() == [5.0, 1.0, 1.0]
            y = x * 2
            array[1] = 7
            assert y.tolist() == [10.0, 2.0, 2.0]

    def test_sharing_ends_with_the_last_array(self):
        x = torch.zeros(4)
        array = x.numpy()
        tail = array[2:][1:]
        del array
        tail[0] = 3
        y = x + 1
        tail[0] = 9
        assert y.tolist() == [1, 1, 1, 4]
        assert x._storage.visible
        del tail
        assert not x._storage.visible

    def test_from_numpy_shares(self):
        for _ in range(3):
            array = np.zeros((2, 3), np.float32)
            x = torch.from_numpy(array.T)
            array[1, 0] = 4
            assert x.tolist() == [[0, 4], [0, 0], [0, 0]]
            x.add_(1)
            assert array.tolist() == [[1, 1, 1], [5, 1, 1]]

    def test_gradients_flow_through_writes_into_views(self):
        for _ in range(3):
            w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
            y = w * 2
            y[1] = w[0] * 10
            (y * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
            assert w.grad.tolist() == [22.0, 0.0, 6.0]


class TestRandom:
    """8. Random draws are never folded, merged, dropped or reordered."""

    def test_two_equal_draws_differ_and_repeat_by_seed(self):
        seen = []
        for _ in range(4):
            torch.manual_seed(7)
            a, b = torch.rand(3), torch.rand(3)
            c = torch.rand(3)
            del b
            seen.append((a.tolist(), c.tolist()))
            assert a.tolist() != c.tolist()
        assert all(s == seen[0] for s in seen)
        torch.manual_seed(7)
        again = [torch.rand(3).tolist() for _ in range(3)]
        assert (again[0], again[2]) == seen[0]

    def test_a_draw_nobody_reads_still_advances(self):
        for _ in range(4):
            torch.manual_seed(3)
            torch.rand(5)
            after = torch.rand(1).item()
            torch.manual_seed(3)
            both = torch.rand(5), torch.rand(1)
            assert both[1].item() == after


class TestBounds:
    """9. Bounded and explained."""

    def test_plans_are_bounded(self, recorder, monkeypatch):
        monkeypatch.setattr(config, "max_plans", 4)
        monkeypatch.setattr(config, "max_branches", 10_000)
        for size in range(1, 20):
            for _ in range(3):
                assert (torch.ones(size) * 2).sum().item() == 2 * size
        assert recorder.cache.plans <= 4

    def test_states_are_bounded(self, recorder, monkeypatch):
        monkeypatch.setattr(config, "max_states", 50)
        monkeypatch.setattr(config, "max_branches", 10_000)
        for size in range(1, 200):
            (torch.ones(size) * 2).sum().item()
        assert recorder.cache.states < 70
        assert recorder.cache.pruned >= 2

    def test_branching_warns_once_and_says_where(self, monkeypatch):
        monkeypatch.setattr(config, "max_branches", 5)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            x = torch.ones(20)
            for size in range(1, 20):
                (x * x)[:size].tolist()
        ours = [w for w in caught if w.category is RecompileWarning]
        assert len(ours) == 1
        assert "test_runtime_rules.py" in str(ours[0].message)
        assert "slice" in str(ours[0].message)

    def test_explain_names_lines_and_reasons(self):
        x = torch.ones(3)
        for rate in (1.5, 2.5, 3.5):
            (x * rate).tolist()
        text = str(torch.explain())
        assert "looked at" in text
        assert "test_runtime_rules.py" in text
        assert "became an input" in text


class TestThreads:
    """10. Threads do not share a trace, and may share tensors."""

    def test_each_thread_has_its_recorder(self):
        found = []
        thread = threading.Thread(target=lambda: found.append(current_recorder()))
        thread.start()
        thread.join()
        assert found[0] is not current_recorder()

    def test_grad_mode_is_per_thread(self):
        found = []
        with torch.no_grad():
            thread = threading.Thread(target=lambda: found.append(torch.is_grad_enabled()))
            thread.start()
            thread.join()
        assert found == [True]

    def test_pending_tensors_may_cross(self):
        x = torch.ones(4) * 3
        results = []

        def work(number):
            for _ in range(20):
                y = (x * number).sum()
            results.append((number, y.item()))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [(n, 12.0 * n) for n in range(4)]


class TestBranches:
    """11. A ragged last batch, train/eval switches and other lengths: one more branch each."""

    def test_a_ragged_last_batch(self, recorder):
        w = torch.ones(3, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        data = torch.ones(10, 3)

        def epoch():
            for start in range(0, 10, 4):
                optimizer.zero_grad()
                (data[start : start + 4] * w).sum().backward()
                optimizer.step()

        settle(epoch, 4)
        compiled, states = recorder.cache.compiled, recorder.cache.states
        settle(epoch, 10)
        assert (recorder.cache.compiled, recorder.cache.states) == (compiled, states)

    def test_a_mode_switch(self, recorder):
        w = torch.ones(3, requires_grad=True)

        def step(training):
            y = w * 2
            return (y + 1 if training else y - 1).sum().item()

        for _ in range(3):
            assert (step(True), step(False)) == (9.0, 3.0)
        compiled = recorder.cache.compiled
        for _ in range(5):
            step(True), step(False)
        assert recorder.cache.compiled == compiled


class TestDepth:
    """12. Graph walks are iterative."""

    def test_deep_graphs(self):
        depth = 3 * sys.getrecursionlimit()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(config, "watermark", 10 * depth)
            for _ in range(3):
                x = torch.tensor(1.0, requires_grad=True)
                y = x
                for _ in range(depth):
                    y = y + x
                y.backward()
                assert x.grad.item() == depth + 1


class TestSteadyState:
    """A loop of the usual form compiles once."""

    def test_nothing_grows_over_ten_thousand_steps(self, recorder):
        w = torch.tensor([[0.5, -0.5]], requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.01, momentum=0.9)
        x, target = torch.ones(4, 2), torch.zeros(4, 1)

        def step():
            optimizer.zero_grad()
            error = x @ w.T - target
            loss = (error * error).mean()
            loss.backward()
            optimizer.step()
            return loss

        settle(step, 3)
        gc.collect()
        before = (recorder.cache.states, recorder.cache.compiled, recorder.cache.plans)
        objects = len(gc.get_objects())
        for _ in range(10_000):
            step()
        gc.collect()
        assert (recorder.cache.states, recorder.cache.compiled, recorder.cache.plans) == before
        assert len(gc.get_objects()) - objects < 100


class TestHistoryOfMemory:
    """A write gives memory a new value; what had a history keeps it."""

    def test_writing_through_a_view_made_before_a_run(self):
        for _ in range(3):
            x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
            y = x * 2
            v = y[0:1]
            y.sum().item()
            v.mul_(2)
            (y * y).sum().backward()
            assert x.grad.tolist() == [32.0, 16.0, 24.0]

    @pytest.mark.parametrize("look", [False, True])
    def test_a_constant_written_over_all_leaves_a_gradient_of_zero(self, look):
        for _ in range(3):
            x = torch.tensor([1.0, 2.0], requires_grad=True)
            y = x * 2
            if look:
                y.tolist()
            y.fill_(3.0)
            assert y.requires_grad
            (y * y).sum().backward()
            assert x.grad.tolist() == [0.0, 0.0]

    def test_writing_through_a_detached_alias_keeps_the_history(self):
        for _ in range(3):
            x = torch.tensor([1.0, 2.0], requires_grad=True)
            y = x * 2
            y.detach().add_(10)
            assert y.tolist() == [12.0, 14.0]
            (y * 1).sum().backward()
            assert x.grad.tolist() == [2.0, 2.0]

    def test_infinite_gradients_do_not_spoil_what_was_overwritten(self):
        x = torch.tensor([0.0, 4.0], requires_grad=True)
        y = x * 1
        y[0] = x[0] * 2
        y.sqrt().sum().backward()
        assert x.grad.tolist() == [float("inf"), 0.25]

    def test_a_leaf_read_without_gradients_after_a_write_is_a_leaf_still(self):
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        for _ in range(3):
            w.grad = None
            row = w[0]
            with torch.no_grad():
                w.mul_(2)
                norm = w.norm() + row
            y = w * 3
            assert y.requires_grad
            (y.sum() + row * 5).backward()
            assert w.grad.tolist() == [8.0, 3.0]
            assert norm.item() > 0


def test_a_result_that_the_backward_pass_reads_may_be_written_to_at_a_first_visit():
    """PyTorch saves the operands of ``maximum``; here its result is read, whose memory changes."""
    x = torch.tensor([-1.0, 1.0], requires_grad=True)
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    greater = torch.maximum(x, x)
    with torch.no_grad():
        y.add_(1)
    (y * 2).sum()  # reading a leaf that was written to ends the trace
    greater.add_(x)
    greater.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_numpy_writes_after_an_operation_has_read():
    for _ in range(4):
        x = torch.tensor([1.0, 1.0])
        y = x * 2
        x.numpy()[0] = 5
        assert y.tolist() == [2.0, 2.0]
        assert (x * 2).tolist() == [10.0, 2.0]
