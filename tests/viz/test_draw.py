"""Files: every format, the choice of the renderer, and what can go wrong."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import graphviz
import pytest

import graphnet as torch
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.ir.graph import Graph
from graphnet.viz import PictureError, RendererNotFoundError, draw, make_dot, render
from tests.viz.example_graphs import textbook, training_step

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def binary_of_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test leaves the graphviz package as it was."""
    command = graphviz.backend.dot_command
    monkeypatch.setattr(command, "DOT_BINARY", command.DOT_BINARY)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return textbook(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "pictures"
    path.mkdir()
    return path


def fake_program(folder: Path, script: str, name: str = "dot") -> Path:
    """A program that takes dot's arguments."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("e.png", PNG),
        ("e.PNG", PNG),
        ("e.svg", b"<?xml"),
        ("e.pdf", b"%PDF-"),
        ("e.dot", b'digraph "graph"'),
        ("e.gv", b'digraph "graph"'),
    ],
)
def test_the_suffix_tells_the_format(graph: Graph, folder: Path, name: str, start: bytes) -> None:
    path = draw(graph, folder / name)
    assert path == folder / name
    assert path.read_bytes().lstrip().startswith(start) or start in path.read_bytes()[:100]
    assert [file.name for file in folder.iterdir()] == [name]


def test_an_svg_holds_the_text(graph: Graph, folder: Path) -> None:
    text = draw(graph, folder / "e.svg").read_text("utf-8")
    assert "dz/dd + dz/dc" in text
    assert "Identity(e)" in text


def test_a_training_step_can_be_drawn(tmp_path: Path, folder: Path) -> None:
    graph = training_step(tmp_path, momentum=True)
    for detail in ("node", "line"):
        path = draw(graph, folder / f"{detail}.png", detail=detail)  # type: ignore[arg-type]
        assert path.read_bytes().startswith(PNG)


@pytest.mark.parametrize("momentum", [False, True])
@pytest.mark.parametrize("detail", ["node", "line"])
def test_the_parts_stand_side_by_side(tmp_path: Path, momentum: bool, detail: str) -> None:
    dot = make_dot(training_step(tmp_path, momentum=momentum), detail=detail)  # type: ignore[arg-type]
    plain = dot.pipe("plain", encoding="utf-8", quiet=True)
    places = {name: float(x) for name, x in re.findall(r"^node (\w+) (\S+)", plain, re.M)}
    columns = []
    for part in dot.source.split("subgraph cluster_")[1:]:
        names = re.findall(r"^\t\t(\w+) \[label=", part.split("\n\t}")[0], re.M)
        columns.append([places[name] for name in names])
    forward, backward, update = columns
    assert max(forward) < min(backward)
    assert max(backward) < min(update)


def test_a_tensor_is_drawn_with_the_names_of_variables(folder: Path) -> None:
    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    e = (a + b) * (b + 1)
    e.backward()
    source = make_dot(e).source
    assert "<B>c</B> = a + b" in source
    assert "<B>dz/db</B> = dz/dd + dz/dc" in source
    assert draw(e, folder / "e.png").read_bytes().startswith(PNG)
    assert e.item() == 6.0


def test_names_can_be_given() -> None:
    a = torch.tensor(2.0, requires_grad=True)
    e = a * 3
    assert "<B>e</B> = start * 3" in make_dot(e, {"start": a}).source


def test_a_program_is_drawn(folder: Path) -> None:
    w = torch.tensor(3.0, requires_grad=True)

    def step(x: torch.Tensor) -> torch.Tensor:
        loss = w * x
        loss.backward()
        return loss

    program = torch.capture(step, torch.tensor(2.0))
    source = make_dot(program).source
    assert "cluster_backward" in source
    assert draw(program, folder / "step.png").read_bytes().startswith(PNG)


def test_what_has_no_graph_is_refused(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot draw int: expected a tensor") as caught:
        draw(3, folder / "x.png")
    assert isinstance(caught.value, TypeError)
    assert list(folder.iterdir()) == []


def test_an_unknown_detail_is_refused(graph: Graph) -> None:
    with pytest.raises(ValueRangeError, match="detail must be 'node', 'line' or None, not 'word'"):
        make_dot(graph, detail="word")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["e.gif", "e", "e.png.txt"])
def test_an_unknown_suffix_is_refused(graph: Graph, folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"the suffix '.*' names no format(.|\n)*\.png"):
        draw(graph, folder / name)


def test_a_missing_folder_is_told(graph: Graph, folder: Path) -> None:
    with pytest.raises(PictureError, match="there is no folder") as caught:
        draw(graph, folder / "missing" / "e.png")
    assert isinstance(caught.value, OSError)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The superuser may write everywhere, so the answer of the system is made up.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder)
    with pytest.raises(PictureError, match=r"the folder '.*' is not writable"):
        draw(graph, folder / "e.png")


def test_a_folder_is_no_file(graph: Graph, folder: Path) -> None:
    (folder / "e.png").mkdir()
    with pytest.raises(PictureError, match="it is a folder"):
        draw(graph, folder / "e.png")


def test_a_full_disk_leaves_the_old_picture(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "e.dot"
    target.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PictureError, match=r"cannot write '.*e.dot': No space left on device"):
        draw(graph, target)
    assert target.read_text() == "old"
    assert [file.name for file in folder.iterdir()] == ["e.dot"]


def test_without_a_path_the_installed_package_draws(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    renderer = render.find_renderer()
    assert renderer.command.is_absolute()
    assert renderer.command.stem == "graphviz-pure"
    assert draw(graph, folder / "e.png").read_bytes().startswith(PNG)
    assert renderer.command == graphviz.backend.dot_command.DOT_BINARY


def test_an_object_from_make_dot_renders_itself(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert make_dot(graph).pipe("png", quiet=True).startswith(PNG)


def test_a_real_dot_on_the_path_comes_first(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = folder / "bin"
    programs.mkdir()
    script = "import sys; sys.stdout.buffer.write(b'drawn as ' + sys.argv[2].encode())"
    dot = fake_program(programs, script)
    monkeypatch.setenv("PATH", str(programs))
    assert render.find_renderer() == render.Renderer(dot, writes_pdf=True)
    assert draw(graph, folder / "e.pdf").read_bytes() == b"drawn as -Tpdf"


def test_no_renderer_at_all_is_told(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(render, "distribution", nothing)
    with pytest.raises(RendererNotFoundError, match="pip install graphviz-pure") as caught:
        draw(graph, folder / "e.png")
    assert isinstance(caught.value, RuntimeError)
    assert list(folder.iterdir()) == []
    assert "dz/db" in make_dot(graph).source
    assert draw(graph, folder / "e.dot").read_text().startswith("digraph")


def test_a_program_of_the_package_on_the_path_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pipx and uv install it: in an environment of its own."""

    def nothing(name: str) -> None:
        raise PackageNotFoundError(name)

    program = fake_program(folder, "", "graphviz-pure")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(render, "distribution", nothing)
    assert render.find_renderer() == render.Renderer(program, writes_pdf=False)


def test_a_renderer_that_fails_is_told_and_leaves_nothing(
    graph: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    programs = folder / "bin"
    programs.mkdir()
    fake_program(programs, "import sys; sys.exit('out of memory')")
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(PictureError, match="dot cannot draw this graph: out of memory"):
        draw(graph, folder / "e.png")
    assert [file.name for file in folder.iterdir()] == ["bin"]
    assert capfd.readouterr() == ("", "")


def test_importing_the_package_imports_no_library() -> None:
    script = (
        "import sys, graphnet.viz\n"
        "print(sorted({'graphviz', 'matplotlib', 'networkx', 'PIL'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
