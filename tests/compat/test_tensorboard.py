"""``torch.utils.tensorboard``: arguments on their way to the package that writes."""

from __future__ import annotations

import numpy as np
import pytest

from graphnet.errors import ShapeError
from graphnet.utils.tensorboard.curves import counted
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


# The package tensorboard, as far as it is used: messages that print their fields.
MESSAGES = """
    import numpy

    class Message:
        def __init__(self, **fields):
            self.fields = fields

        def __repr__(self):
            return " ".join(f"{k}={v!r}" for k, v in self.fields.items() if k != "wall_time")

        def SerializeToString(self):
            return b""

    class Summary(Message):
        Value = Message

        class Image(Message):
            def __repr__(self):
                from io import BytesIO
                from PIL import Image
                with Image.open(BytesIO(self.fields["encoded_image_string"])) as image:
                    return str(numpy.asarray(image)[..., 0].tolist())

    class SummaryMetadata(Message):
        PluginData = Message

    class TensorShapeProto(Message):
        Dim = Message

    Event = HistogramProto = TensorProto = TextPluginData = PrCurvePluginData = Message

    class EventFileWriter:
        def __init__(self, folder, *options):
            self.folder = folder
            self.is_open = True

        def add_event(self, event):
            assert self.is_open
            print(self.folder, event)

        def close(self):
            self.is_open = False
            print("closed")
"""

MODULES = (
    "compat/proto/event_pb2",
    "compat/proto/summary_pb2",
    "compat/proto/tensor_pb2",
    "compat/proto/tensor_shape_pb2",
    "plugins/pr_curve/plugin_data_pb2",
    "plugins/text/plugin_data_pb2",
    "summary/writer/event_file_writer",
)

WITH_TENSORBOARD = """
    import importlib.util
    import torch
    find = importlib.util.find_spec
    import graphnet.utils.tensorboard.writer as writer_module
    writer_module.find_spec = lambda name: None if name == "tensorboardX" else find(name)
    from torch.utils.tensorboard import SummaryWriter
    with SummaryWriter("logs") as writer:
        writer.add_scalar("loss", torch.ones(()), 3)
        writer.add_text("name", "value", 1)
        writer.add_histogram("weights", torch.tensor([1.0, 2.0, 2.5]), 2, bins=[0, 1, 2, 3])
        writer.add_image("picture", torch.tensor([[[0.0, 1.0]]]), 4)
        writer.add_images("pictures", torch.tensor([[[0]], [[7]]], dtype=torch.uint8), 4,
                          dataformats="NHW")
        writer.add_pr_curve("curve", torch.tensor([1, 0, 1]), torch.tensor([0.9, 0.8, 0.3]), 5, 3)
    writer.add_scalar("later", 2.0)
    writer.close()
"""


def test_the_package_tensorboard_writes_what_it_is_handed(project: Project) -> None:
    project.write("messages.py", MESSAGES)
    for module in MODULES:
        project.write(f"tensorboard/{module}.py", "from messages import *")
    project.write("program.py", WITH_TENSORBOARD)
    found = project.output("program.py")
    assert found[0] == "logs summary=value=[tag='loss' simple_value=1.0] step=3"
    assert "tag='name/text_summary'" in found[1]
    assert "string_val=[b'value']" in found[1]
    # The first bucket is empty, and ends where the first value is.
    assert "bucket_limit=[1.0, 2.0, 3.0] bucket=[0.0, 1.0, 2.0]" in found[2]
    assert found[3] == "logs summary=value=[tag='picture' image=[[0, 255]]] step=4"
    assert found[4] == "logs summary=value=[tag='pictures' image=[[0, 7]]] step=4"
    rows = [[2, 1, 0], [1, 1, 0], [0, 0, 1], [0, 1, 2], [2 / 3, 0.5, 0], [1, 0.5, 0]]
    assert f"float_val={[float(n) for row in rows for n in row]}" in found[5]
    assert "tag='curve'" in found[5]
    assert found[6:] == [
        "closed",
        "logs summary=value=[tag='later' simple_value=2.0] step=0",
        "closed",
    ]


def test_curves_count_what_passes_each_threshold() -> None:
    rng = np.random.default_rng(0)
    labels, predictions, weights = rng.random(50) < 0.3, rng.random(50), rng.random(50)
    rows = counted(labels, predictions, 11, weights)
    for number, (true, false, _, missed, precision, recall) in enumerate(rows.T):
        found = np.floor(predictions * 10) >= number
        assert true == pytest.approx(weights[found & labels].sum())
        assert false == pytest.approx(weights[found & ~labels].sum())
        assert missed == pytest.approx(weights[~found & labels].sum())
        assert precision == pytest.approx(true / max(true + false, 1e-7))
        assert recall == pytest.approx(true / (true + missed))


def test_a_curve_needs_a_label_for_each_prediction() -> None:
    with pytest.raises(ShapeError, match=r"labels of shape \[2\] for predictions of shape \[3\]"):
        counted(np.ones(2), np.ones(3), 5)
