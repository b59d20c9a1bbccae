"""``graphnet run``: as ``python`` would, but for what ``import torch`` gives."""

from __future__ import annotations

import pytest

from tests.compat.running import Project

FACTS = """
    import os, sys
    print(__name__, __package__, __spec__ and __spec__.name)
    print(sys.modules["__main__"].__dict__ is globals(), sys.argv)
    print(os.path.basename(__file__), os.path.isabs(__file__), os.path.basename(sys.path[0]))
    print(sorted(name for name in globals() if name.startswith("__")))
    def f(x: Missing = 1): ...
"""


@pytest.mark.parametrize("words", [["sub/facts.py"], ["-m", "sub.facts"], ["sub"], ["-m", "sub"]])
def test_a_program_sees_what_it_sees_under_python(project: Project, words: list[str]) -> None:
    facts = FACTS.replace(": Missing", "")
    project.write("sub/__init__.py", "")
    project.write("sub/facts.py", facts)
    project.write("sub/__main__.py", facts)
    arguments = [*words, "--lr", "1", "-p", "x"]
    ours, theirs = project.output(*arguments), project.python(*arguments).stdout.splitlines()
    if words == ["sub"]:  # Python says that its loader found `__main__` in a folder
        ours[0], theirs[0] = ours[0].split()[0], theirs[0].split()[0]
    assert ours == theirs


def test_annotations_are_those_of_the_program(project: Project) -> None:
    project.write("program.py", FACTS)
    assert "NameError: name 'Missing' is not defined" in project.run("program.py").stderr


def test_torch_is_graphnet_though_another_torch_is_there(project: Project) -> None:
    project.write(
        "program.py",
        """
        import graphnet, torch, torchvision
        from torch import nn
        print(torch.Tensor is graphnet.Tensor, nn.Linear is graphnet.nn.Linear)
        """,
    )
    assert project.output("program.py") == ["True True"]
    assert "torch itself" in project.python("program.py").stderr


def test_the_class_of_tensors_has_pytorchs_name_and_files_do_not_tell(project: Project) -> None:
    project.write(
        "program.py",
        """
        import torch
        x = torch.ones(2)
        print(type(x))
        torch.save({"x": x, "w": torch.nn.Parameter(x)}, "x.pt")
        """,
    )
    assert project.output("program.py") == ["<class 'torch.Tensor'>"]
    read = "import graphnet; x = graphnet.load('x.pt'); print(type(x['x']), x['w'].tolist())"
    found = project.python("-c", read)
    assert found.stdout == "<class 'graphnet.Tensor'> [1.0, 1.0]\n", found.stderr


def test_a_traceback_begins_in_the_program(project: Project) -> None:
    program = project.write(
        "program.py",
        """
        def f():
            return 1 / 0

        f()
        """,
    )
    ours, theirs = project.run("program.py"), project.python(str(program))
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr)


def test_so_does_that_of_a_syntax_error(project: Project) -> None:
    program = project.write("program.py", "x = (1\n")
    ours, theirs = project.run("program.py"), project.python(str(program))
    assert ours.returncode == theirs.returncode == 1
    assert ours.stderr.splitlines()[-4:] == theirs.stderr.splitlines()[-4:]
    assert "graphnet" not in ours.stderr


@pytest.mark.parametrize(("code", "expected"), [("3", 3), ("None", 0), ("'no data'", 1)])
def test_the_exit_code_is_the_programs(project: Project, code: str, expected: int) -> None:
    project.write("program.py", f"import sys\nsys.exit({code})")
    done = project.run("program.py")
    assert done.returncode == expected
    assert done.stderr.strip() == ("no data" if expected == 1 else "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "give a script, or a module after -m"),
        (["missing.py"], "No such file or directory"),
        (["-m", "missing"], "No module named missing"),
        (["-p", "epochs=1", "program.py"], "'epochs' matches nothing in"),
        (["-p", "epochs", "program.py"], "it must be REGEX=REPLACEMENT, not 'epochs'"),
        (["-p", "(=1", "program.py"], "'(' is no regular expression"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_line(
    project: Project, words: list[str], problem: str
) -> None:
    project.write("program.py", "")
    done = project.run(*words)
    assert done.returncode == 2
    assert problem in done.stderr.splitlines()[-1]


def test_text_is_substituted_and_shown_so(project: Project) -> None:
    project.write("program.py", "epochs = 30\nprint(epochs)\nraise ValueError(epochs)  # size\n")
    words = ["-p", r"epochs \= \d+=epochs = 2", "-p", "size=SIZE", "program.py"]
    done = project.run(*words)
    assert done.stdout == "2\n"
    assert "raise ValueError(epochs)  # SIZE" in done.stderr


def test_stats_come_at_the_end_and_not_into_the_output(project: Project) -> None:
    project.write("program.py", "import torch\nprint((torch.ones(2) + 1).tolist())\n")
    done = project.run("--stats", "program.py")
    assert done.stdout == "[2.0, 2.0]\n"
    assert done.stderr.startswith("operations recorded")


def test_packages_import_their_own(project: Project) -> None:
    project.write("package/__init__.py", "")
    project.write("package/model.py", "from torch import nn\nmodel = nn.ReLU()")
    project.write("package/train.py", "from .model import model\nprint(model)")
    assert project.output("-m", "package.train") == ["ReLU()"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_child_processes_get_it_too(project: Project, method: str) -> None:
    project.write(
        "program.py",
        f"""
        import multiprocessing
        import os
        import torch

        def double(t):
            return (t * 2).tolist(), torch.__version__

        if __name__ == "__main__":
            os.chdir("/")
            with multiprocessing.get_context({method!r}).Pool(1) as pool:
                print(pool.map(double, [torch.ones(2)]))
        """,
    )
    assert project.output("program.py") == ["[([2.0, 2.0], '2.13.0')]"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_a_loader_get_it_too(project: Project, method: str) -> None:
    project.write(
        "program.py",
        f"""
        import torch
        from torch.utils.data import DataLoader, Dataset

        class Squares(Dataset):
            def __len__(self):
                return 4

            def __getitem__(self, index):
                return torch.tensor(index) ** 2

        if __name__ == "__main__":
            loader = DataLoader(Squares(), 2, num_workers=2, multiprocessing_context={method!r})
            print([batch.tolist() for batch in loader])
        """,
    )
    assert project.output("program.py") == ["[[0, 1], [4, 9]]"]
