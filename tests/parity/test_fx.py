"""Graphs of calls: the same graphs, the same code and the same results as PyTorch's."""

from __future__ import annotations

import copy
import importlib
import inspect
import io
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.parity import traced_programs

pytest.importorskip("torch")

NAMES = sorted(traced_programs.modules(importlib.import_module("graphnet")))
PACKAGES = ("graphnet", "torch")


def _both(act: Callable[[Any, Any], Any]) -> list[Any]:
    """What both packages make of something: given the package and its ``fx``."""
    return [
        act(importlib.import_module(name), importlib.import_module(f"{name}.fx"))
        for name in PACKAGES
    ]


def _agree(act: Callable[[Any, Any], Any]) -> None:
    ours, theirs = _both(act)
    assert ours == theirs


def _values(result: Any) -> Any:
    """A result with arrays for tensors, rounded."""
    if hasattr(result, "detach"):
        return np.round(result.detach().numpy().astype(np.complex128), 3).tolist()
    if isinstance(result, dict):
        return {key: _values(value) for key, value in result.items()}
    if isinstance(result, (tuple, list)):
        return [_values(value) for value in result]
    return str(result)


def _program(torch: Any, fx: Any, name: str) -> tuple[Any, tuple[Any, ...]]:
    module, inputs = traced_programs.modules(torch)[name]
    return fx.symbolic_trace(module), inputs


@pytest.mark.parametrize("name", NAMES)
def test_graph_and_code_are_pytorchs(name: str) -> None:
    def show(torch: Any, fx: Any) -> list[str]:
        traced, _ = _program(torch, fx, name)
        return [traced.code, str(traced.graph), str(traced), traced.print_readable(False)]

    _agree(show)


@pytest.mark.parametrize("name", NAMES)
def test_traced_modules_compute_the_same(name: str) -> None:
    def run(torch: Any, fx: Any) -> Any:
        module, inputs = traced_programs.modules(torch)[name]
        traced = fx.symbolic_trace(module)
        result = _values(traced(*inputs))
        assert result == _values(module(*inputs))
        for other in (fx.Interpreter(traced).run, fx.Transformer(traced).transform()):
            assert _values(other(*inputs)) == result
        return result

    _agree(run)


@pytest.mark.parametrize("name", NAMES)
def test_copies_are_as_pytorchs(name: str) -> None:
    def run(torch: Any, fx: Any) -> Any:
        traced, inputs = _program(torch, fx, name)
        copied = copy.deepcopy(traced)
        transformed = fx.Transformer(traced).transform()
        traced.graph.eliminate_dead_code()
        traced.delete_all_unused_submodules()
        traced.recompile()
        return [
            *(each.code for each in (traced, copied, transformed)),
            [name for name, _ in traced.named_modules()],
            sorted(copied.state_dict()),
            _values(traced(*inputs)),
        ]

    _agree(run)


@pytest.mark.parametrize("name", ["Mlp", "Cnn", "Residual", "Parameters", "Nested", "Dead"])
def test_pickled_modules_are_as_pytorchs(name: str) -> None:
    def run(torch: Any, fx: Any) -> Any:
        traced, inputs = _program(torch, fx, name)
        loaded = pickle.loads(pickle.dumps(traced))
        file = io.BytesIO()
        torch.save(traced, file)
        file.seek(0)
        saved = torch.load(file, weights_only=False)
        return [
            [each.code, type(each).__name__, _values(each(*inputs))] for each in (loaded, saved)
        ]

    _agree(run)


def test_shapes_are_as_pytorchs() -> None:
    def run(torch: Any, fx: Any) -> Any:
        shape_prop = importlib.import_module(f"{fx.__name__}.passes.shape_prop")
        traced, inputs = _program(torch, fx, "Cnn")
        shape_prop.ShapeProp(traced).propagate(*inputs)
        meta = [node.meta.get("tensor_meta") for node in traced.graph.nodes]
        return [str(meta), traced.print_readable(print_output=False)]

    _agree(run)


def test_concrete_arguments_are_as_pytorchs() -> None:
    def branch(a: Any, b: Any) -> Any:
        return a if b else a * 2

    def total(x: Any) -> Any:
        out: Any = 0
        for value in x.values():
            out = out + value
        return out, {"again": out}

    def run(torch: Any, fx: Any) -> Any:
        first = fx.symbolic_trace(branch, concrete_args={"b": False})
        with pytest.raises(AssertionError) as error:
            first(1, True)
        second = fx.symbolic_trace(total, {"x": {"a": fx.PH, "b": fx.PH}})
        third = fx.symbolic_trace(branch, concrete_args={"b": None})
        return [
            first.code, first(3, False), str(error.value), second.code, second({"a": 1, "b": 2}),
            third.code, fx.Interpreter(second).run({"a": 1, "b": 2}),
        ]  # fmt: skip

    _agree(run)


def test_graphs_made_by_hand_are_as_pytorchs() -> None:
    def run(torch: Any, fx: Any) -> Any:
        graph = fx.Graph()
        x = graph.placeholder("x", torch.Tensor)
        scale = graph.placeholder("scale", default_value=2.0)
        weight = graph.get_attr("weight")
        product = graph.call_function(torch.mul, (x, weight), type_expr=torch.Tensor)
        total = graph.call_method("sum", (product,), {"dim": 0})
        called = graph.call_module("layers.0", (total,))
        out = graph.output([called, {"scale": scale}], type_expr=list[torch.Tensor])
        with graph.inserting_before(total):
            shifted = graph.call_function(torch.add, (product, 1), {"alpha": 2})
        total.replace_input_with(product, shifted)
        with graph.inserting_before(out):
            proxy = torch.relu(fx.Proxy(called)) * scale_of(fx.Proxy(scale))
        called.replace_all_uses_with(proxy.node, lambda user: user is out)
        with graph.inserting_after(x):
            graph.call_method("neg", (x,))
        graph.lint()
        layer = torch.nn.Linear(3, 3)
        torch.nn.init.ones_(layer.weight)
        root = {"weight": torch.nn.Parameter(torch.ones(3)), "layers.0": layer}
        module = fx.GraphModule(root, graph, "Made")
        facts = [
            module.code, str(graph), str(module), [str(each) for each in graph.nodes],
            [list(map(str, node.users)) for node in graph.nodes],
            [list(map(str, node.all_input_nodes)) for node in graph.nodes],
            [str(product.next), str(product.prev), product < total, total < product],
            graph.find_nodes(op="call_function", target=torch.mul) == [product],
            str(graph.output_node()), sorted(module.state_dict()),
        ]  # fmt: skip
        shifted.args = (product, 3)
        shifted.update_kwarg("alpha", 1)
        module.recompile()
        other = fx.Graph()
        value = other.graph_copy(graph, {})
        other.output(value)
        module.graph = other
        return [*facts, module.code]

    def scale_of(proxy: Any) -> Any:
        return proxy + 0

    _agree(run)


def test_patterns_are_replaced_as_in_pytorch() -> None:
    def program(torch: Any) -> Callable[..., Any]:
        def forward(x, w1, w2):  # type: ignore[no-untyped-def]
            m1 = torch.cat([w1, w2]).sum()
            m2 = torch.cat([w1, w2]).sum()
            return x + torch.max(m1) + torch.max(m2)

        return forward

    def run(torch: Any, fx: Any) -> Any:
        traced = fx.symbolic_trace(program(torch))
        matches = fx.replace_pattern(
            traced, lambda a, b: torch.cat([a, b]).sum(), lambda a, b: torch.stack([a, b])
        )
        chained = fx.symbolic_trace(lambda x: x.relu().relu().relu().neg())
        more = fx.replace_pattern(chained, lambda x: x.relu().relu(), lambda x: x.sigmoid())
        used = fx.symbolic_trace(lambda x: (x.exp() + 1).log() + (x.exp() + 2).log())
        none = fx.replace_pattern(used, lambda x: (x.exp() + 1).log(), lambda x: x.exp().log1p())
        return [
            traced.code, len(matches), [str(match.anchor) for match in matches],
            [{str(key): str(value) for key, value in match.nodes_map.items()} for match in matches],
            chained.code, len(more), used.code, len(none),
        ]  # fmt: skip

    _agree(run)


@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_layers_are_folded_as_in_pytorch() -> None:
    def run(torch: Any, fx: Any) -> Any:
        optimization = importlib.import_module(f"{fx.__name__}.experimental.optimization")
        module, inputs = traced_programs.modules(torch)["Cnn"]
        module.norm.running_mean.fill_(0.5)
        fused = optimization.fuse(module)
        without = optimization.remove_dropout(torch.nn.Sequential(torch.nn.Dropout(0.5)))
        return [fused.code, without.code, _values(fused(*inputs)), _values(module(*inputs))]

    _agree(run)


class _Values:
    """What a tracer of one's own does, for either package."""

    @staticmethod
    def tracer(fx: Any) -> Any:
        class Own(fx.Tracer):  # type: ignore[misc]  # of either package
            def is_leaf_module(self, m: Any, qualname: str) -> bool:
                return bool(super().is_leaf_module(m, qualname)) or qualname.startswith("body.0")

            def call_module(self, m: Any, forward: Any, args: Any, kwargs: Any) -> Any:
                seen.append((self.path_of_module(m), type(m).__name__))
                return super().call_module(m, forward, args, kwargs)

            def create_node(self, kind: str, target: Any, *args: Any, **kwargs: Any) -> Any:
                node = super().create_node(kind, target, *args, **kwargs)
                node.meta["kind"] = kind
                return node

            def to_bool(self, obj: Any) -> bool:
                return True

        seen: list[Any] = []
        made = Own()
        made.seen = seen
        return made


def test_tracers_of_ones_own_are_as_in_pytorch() -> None:
    def run(torch: Any, fx: Any) -> Any:
        module, _ = traced_programs.modules(torch)["Nested"]
        tracer = _Values.tracer(fx)
        graph = tracer.trace(module)
        branch = _Values.tracer(fx).trace(lambda x: x.relu() if x.sum() > 0 else x)
        stacks = [
            {key: (path, kind.__name__) for key, (path, kind) in each.items()}
            for each in (node.meta.get("nn_module_stack", {}) for node in graph.nodes)
        ]
        scopes = {
            name: (path, getattr(kind, "__name__", None))
            for name, (path, kind) in tracer.node_name_to_scope.items()
        }
        return [str(graph), tracer.seen, str(branch), stacks, scopes,
                [node.meta["kind"] for node in graph.nodes]]  # fmt: skip

    _agree(run)


PROBLEMS: dict[str, Callable[[Any, Any], Any]] = {
    "branch": lambda torch, fx: fx.symbolic_trace(lambda x: x if x.sum() > 0 else -x),
    "loop": lambda torch, fx: fx.symbolic_trace(lambda x: list(x)),
    "len": lambda torch, fx: fx.symbolic_trace(lambda x: len(x)),
    "store": lambda torch, fx: fx.symbolic_trace(lambda x: x.__setitem__),
    "argument": lambda torch, fx: fx.symbolic_trace(lambda x: x.frobnicate(object())),
    "method": lambda torch, fx: fx.symbolic_trace(torch.nn.Linear(1, 1).forward),
    "erase": lambda torch, fx: _erase(fx),
    "other graph": lambda torch, fx: _use_another(fx),
    "order": lambda torch, fx: _disorder(fx),
    "absent": lambda torch, fx: _absent(torch, fx),
    "op": lambda torch, fx: fx.Graph().create_node("nothing", "x"),
    "target": lambda torch, fx: fx.Graph().create_node("call_module", print),
    "immutable": lambda torch, fx: fx.Graph().call_function(print, ([1],)).args[0].append(2),
    "missing argument": lambda torch, fx: fx.Interpreter(fx.symbolic_trace(lambda x: x)).run(),
    "wrap": lambda torch, fx: fx.wrap("len"),
    "wrap what": lambda torch, fx: fx.wrap(3),
    "root": lambda torch, fx: fx.GraphModule(3, fx.Graph()),
}


def _erase(fx: Any) -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    graph.output(x)
    graph.erase_node(x)


def _use_another(fx: Any) -> None:
    graph = fx.Graph()
    graph.output(fx.Graph().placeholder("x"))
    graph.lint()


def _disorder(fx: Any) -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    y = graph.call_method("neg", (x,))
    graph.output(y)
    y.append(x)
    graph.lint()


def _absent(torch: Any, fx: Any) -> None:
    traced = fx.symbolic_trace(torch.nn.Sequential(torch.nn.ReLU()))
    list(traced.graph.nodes)[1].target = "nothing"
    traced.graph.lint()


@pytest.mark.parametrize("name", sorted(PROBLEMS))
def test_problems_are_reported_as_in_pytorch(name: str) -> None:
    def run(torch: Any, fx: Any) -> Any:
        try:
            PROBLEMS[name](torch, fx)
        except Exception as error:  # noqa: BLE001  # whichever it is, it is compared
            told = str(error).split("\n  cure:")[0].split("\n  at File")[0]
            told = told.split("\nOriginal traceback")[0]  # after which PyTorch advertises a tool
            told = re.sub(r"0x[0-9a-f]+", "0x", told).replace("graphnet", "torch")
            return [next(kind.__name__ for kind in _builtin(error)), told]
        return "nothing"

    _agree(run)


def _builtin(error: Exception) -> list[type]:
    """The classes of an error that any program can catch."""
    return [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]


def test_functions_are_themselves_when_all_is_traced() -> None:
    graphnet = importlib.import_module("graphnet")
    before = {
        name: (function.__code__, function.__kwdefaults__)
        for name, function in vars(graphnet).items()
        if inspect.isfunction(function)
    }
    traced = graphnet.fx.symbolic_trace(lambda x: graphnet.relu(x))
    with pytest.raises(ValueError, match="control flow"):
        graphnet.fx.symbolic_trace(lambda x: graphnet.relu(x) if x else x)
    importlib.import_module("gc").collect()
    for name, (code, defaults) in before.items():
        function = vars(graphnet)[name]
        assert function.__code__ is code, name
        assert function.__kwdefaults__ == defaults, name
    assert traced(graphnet.tensor(-1.0)) == 0
