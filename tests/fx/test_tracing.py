"""Programs traced as graphs of calls."""

from __future__ import annotations

import gc
import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import graphnet as torch
from graphnet import fx
from graphnet.nn import functional as F
from graphnet.nn.functional import relu


@fx.wrap
def whole(x: Any, times: int) -> Any:
    return x * times if times > 1 else x


fx.wrap("len")

TABLE = """\
opcode       name     target    args        kwargs
-----------  -------  --------  ----------  --------
placeholder  input_1  input     ()          {}
call_module  _0       0         (input_1,)  {}
output       output   output    (_0,)       {}
"""

KEPT: dict[str, Callable[..., Any]] = {"gelu": F.gelu, "relu": relu, "tanh": torch.tanh}


def with_default(x: Any, activation: Callable[..., Any] = torch.sigmoid) -> Any:
    return activation(x)


def codes() -> dict[str, Any]:
    """What every public function consists of."""
    return {
        name: (function.__code__, function.__kwdefaults__, function.__defaults__)
        for namespace in (torch, F, torch.linalg, torch.special, torch.fft)
        for name, function in vars(namespace).items()
        if inspect.isfunction(function)
    }


def test_functions_are_noticed_wherever_a_program_keeps_them() -> None:
    def program(x):  # type: ignore[no-untyped-def]  # annotations would be shown
        for function in KEPT.values():
            x = function(x)
        return with_default(relu(x))

    traced = fx.symbolic_trace(program)
    assert [str(node) for node in traced.graph.nodes] == [
        "x", "gelu", "relu", "tanh", "relu_1", "sigmoid", "output",
    ]  # fmt: skip
    x = torch.tensor([-1.0, 2.0])
    assert torch.equal(traced(x), program(x))


def test_functions_are_exchanged_only_while_there_are_proxies() -> None:
    before = codes()
    proxy = fx.Proxy(fx.Graph().placeholder("x"))
    assert str(torch.relu(proxy)) == "Proxy(relu)"
    assert torch.relu(torch.tensor(-1.0)) == 0
    assert torch.relu.__code__ is not before["relu"][0]
    del proxy
    gc.collect()
    assert codes() == before


def test_functions_are_themselves_after_a_failure() -> None:
    before = codes()
    with pytest.raises(fx.proxy.TraceError, match="control flow"):
        fx.symbolic_trace(lambda x: torch.relu(x) if x > 0 else x)
    gc.collect()
    assert codes() == before


def test_modules_call_themselves_after_tracing() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())
    call = torch.nn.Module.__call__
    traced = fx.symbolic_trace(net)
    assert torch.nn.Module.__call__ is call
    assert "__getattr__" not in vars(torch.nn.Module)
    assert isinstance(net[0].weight, torch.nn.Parameter)
    assert torch.equal(traced(torch.ones(1, 2)), net(torch.ones(1, 2)))


def test_wrapped_functions_are_called_as_a_whole() -> None:
    traced = fx.symbolic_trace(lambda x: whole(x, 3) + len(x))
    assert 'wrap("tests_fx_test_tracing_whole")' in traced.code or "whole" in traced.code
    assert [node.target for node in traced.graph.nodes if node.op == "call_function"][:2] == [
        whole,
        len,
    ]
    assert traced(torch.ones(2)).tolist() == [5.0, 5.0]
    again = fx.symbolic_trace(traced)
    assert again.code == traced.code


def test_gradients_flow_through_traced_modules() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    traced = fx.symbolic_trace(net)
    traced(torch.ones(2, 3)).sum().backward()
    assert traced.get_parameter("0.weight") is net[0].weight
    assert net[0].weight.grad.abs().sum() > 0


def test_operations_of_a_traced_module_are_recorded() -> None:
    traced = fx.symbolic_trace(lambda x: torch.relu(x) + 1)
    graph = torch.capture(traced, torch.ones(2)).graph
    assert [node.op.name for node in graph.nodes if node.op.name not in ("input", "constant")] == [
        "relu", "add",
    ]  # fmt: skip


def test_a_failing_line_of_generated_code_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    traced = fx.symbolic_trace(lambda x: x + 1)
    graph = traced.graph
    with graph.inserting_before(graph.output_node()):
        added = next(node for node in graph.nodes if node.name == "add")
        bad = graph.call_method("nothing", (added,))
    graph.output_node().args = (bad,)
    traced.recompile()
    with pytest.raises(AttributeError, match="nothing"):
        traced(torch.ones(2))
    shown = capsys.readouterr().err
    assert "line 6 of the traced Module's generated forward function" in shown
    assert "nothing = add.nothing()" in shown


def test_modules_are_put_in_and_taken_out() -> None:
    traced = fx.symbolic_trace(torch.nn.Sequential(torch.nn.ReLU()))
    assert traced.add_submodule("extra.inner", torch.nn.Linear(1, 1))
    assert not traced.add_submodule("training.inner", torch.nn.Linear(1, 1))
    assert traced.delete_submodule("extra.inner")
    assert not traced.delete_submodule("extra.inner")
    traced.delete_all_unused_submodules()
    assert [name for name, _ in traced.named_modules()] == ["", "0"]


@pytest.mark.filterwarnings("ignore:Was not able to save")
def test_modules_are_written_as_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Softplus())
    traced = fx.symbolic_trace(net)
    folder = tmp_path / "written_module"
    traced.to_folder(folder, "Written")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("written_module").Written()
    sys.modules.pop("written_module")
    assert torch.equal(module(torch.ones(1, 3)), net(torch.ones(1, 3)))


def test_a_table_of_nodes_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    fx.symbolic_trace(torch.nn.Sequential(torch.nn.ReLU())).graph.print_tabular()
    assert capsys.readouterr().out == TABLE


def test_stacks_are_recorded_when_asked_for() -> None:
    class Tracer(fx.Tracer):
        record_stack_traces = True

    class Net(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x + 1

    graph = Tracer().trace(Net())
    added = next(node for node in graph.nodes if node.name == "add")
    assert added.stack_trace is not None
    assert added.stack_trace.endswith("return x + 1")
    shown = fx.GraphModule(Net(), graph).print_readable(print_output=False)
    assert "in forward, code: return x + 1" in shown


def test_notes_are_inherited() -> None:
    traced = fx.symbolic_trace(lambda x: x.relu() + 1)
    for node in traced.graph.nodes:
        node.meta["custom"] = {"from": node.name}
    again = fx.Transformer(traced).transform()
    notes = [node.meta.get("custom") for node in again.graph.nodes if node.op.startswith("call")]
    assert notes == [{"from": "relu"}, {"from": "add"}]
