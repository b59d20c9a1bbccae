"""``torch.utils.tensorboard``: arguments on their way to the package that writes."""

from __future__ import annotations

from tests.compat.running import Project

PROGRAM = """
    import torch
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        print("none:", str(error).splitlines()[0])
    else:
        with SummaryWriter("logs") as writer:
            writer.add_scalar("loss", torch.ones((), requires_grad=True), 3)
            writer.add_scalars("both", {"a": torch.ones(2), "b": 2.0}, global_step=1)
            for attempt in (writer.add_graph, lambda: writer.add_nothing):
                try:
                    attempt()
                except NotImplementedError as error:
                    print("refused:", str(error).splitlines()[0])
"""

FAKE = """
    class SummaryWriter:
        def __init__(self, logdir, **options):
            print(logdir, sorted(options))

        def add_scalar(self, *args, **kwargs):
            print("scalar", *map(repr, args), kwargs)

        def add_scalars(self, *args, **kwargs):
            print("scalars", *map(repr, args), kwargs)

        def close(self):
            print("closed")
"""


def test_tensors_are_handed_on_as_arrays(project: Project) -> None:
    project.write("tensorboardX.py", FAKE)
    project.write("program.py", PROGRAM)
    assert project.output("program.py") == [
        "logs ['filename_suffix', 'flush_secs', 'max_queue', 'purge_step']",
        "scalar 'loss' array(1., dtype=float32) 3 {}",
        "scalars 'both' {'a': array([1., 1.], dtype=float32), 'b': 2.0} {'global_step': 1}",
        "refused: add_graph would show PyTorch's own trace of a model",
        "refused: SummaryWriter.add_nothing is not there without tensorboardX",
        "closed",
    ]


def test_without_a_package_the_import_fails(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("import torch", BLOCK, 1))
    assert project.output("program.py") == ["none: No module named 'tensorboard'"]


BLOCK = """import torch
    import importlib.util
    find = importlib.util.find_spec
    import graphnet.utils.tensorboard.writer as writer_module
    writer_module.find_spec = lambda name: None if "tensorboard" in name else find(name)
"""
