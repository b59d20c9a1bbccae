"""What TensorBoard's files hold of curves of precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet.errors import ShapeError

_MOST = 127
"""As many thresholds as TensorBoard's files can name."""


def precision_recall(
    tag: str, labels: Any, predictions: Any, num_thresholds: int, weights: Any
) -> Any:
    """A ``Summary.Value`` of the package tensorboard, with the rows of :func:`counted`."""
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData

    thresholds = min(num_thresholds, _MOST)
    rows = counted(np.asarray(labels), np.asarray(predictions), thresholds, weights)
    settings = PrCurvePluginData(version=0, num_thresholds=thresholds)
    plugin = SummaryMetadata.PluginData(
        plugin_name="pr_curves", content=settings.SerializeToString()
    )
    tensor = TensorProto(
        dtype="DT_FLOAT",
        float_val=rows.reshape(-1).tolist(),
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in rows.shape]),
    )
    return Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)


def counted(labels: Any, predictions: Any, thresholds: int, weights: Any = None) -> Any:
    """True and false positives, true and false negatives, precision and recall, by threshold.

    Args:
        labels: 1 or True for what is to be found, else 0.
        predictions: from 0 to 1; what is at least a threshold is taken for found.
        thresholds: how many there are, from 0 to 1.
        weights: how much each counts; 1 for None.

    Raises:
        ShapeError: there are more or fewer predictions than labels.

    >>> import numpy as np
    >>> from graphnet.utils.tensorboard.curves import counted
    >>> counted(np.array([1, 0]), np.array([0.9, 0.4]), 3)[:4].tolist()
    [[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]
    """
    if labels.shape != predictions.shape:
        raise ShapeError(
            f"add_pr_curve: labels of shape {list(labels.shape)} for predictions of shape "
            f"{list(predictions.shape)}",
            cure="give one label for each prediction",
        )
    wanted = labels.astype(np.float64)
    counts = 1.0 if weights is None else np.asarray(weights)
    passed = np.floor(predictions * (thresholds - 1)).astype(np.int32)

    def at_least(each: Any) -> Any:
        """The sum of what passes each threshold."""
        sums, _ = np.histogram(passed, thresholds, (0, thresholds - 1), weights=each * counts)
        return np.cumsum(sums[::-1])[::-1]

    true_positives, false_positives = at_least(wanted), at_least(1.0 - wanted)
    false_negatives = true_positives[0] - true_positives
    rows = (
        true_positives,
        false_positives,
        false_positives[0] - false_positives,
        false_negatives,
        true_positives / np.maximum(1e-7, true_positives + false_positives),
        true_positives / np.maximum(1e-7, true_positives + false_negatives),
    )
    return np.stack(rows)
