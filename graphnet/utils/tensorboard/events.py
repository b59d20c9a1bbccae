"""Events for TensorBoard, written by the package tensorboard alone."""

from __future__ import annotations

import time
from typing import Any

from graphnet.utils.tensorboard import curves, summaries


class EventWriter:
    """Writes TensorBoard's events: numbers, texts, curves, histograms and images."""

    def __init__(self, folder: str, max_queue: int, flush_secs: int, suffix: str) -> None:
        self._options = (max_queue, flush_secs, suffix)
        self._files: dict[str, Any] = {}
        self._folder = folder

    def _file(self, folder: str) -> Any:
        if folder not in self._files:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter

            self._files[folder] = EventFileWriter(folder, *self._options)
        return self._files[folder]

    def _write(
        self, value: Any, step: int | None, walltime: float | None, folder: str | None = None
    ) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary(value=[value])
        event = Event(summary=summary, wall_time=walltime or time.time(), step=int(step or 0))
        self._file(folder or self._folder).add_event(event)

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Write a number."""
        self._write(summaries.scalar(tag, scalar_value), global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: dict[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Write numbers of one subject, each in a folder of its own."""
        for tag, value in tag_scalar_dict.items():
            folder = f"{self._folder}/{main_tag.replace('/', '_')}_{tag}"
            self._write(summaries.scalar(main_tag, value), global_step, walltime, folder)

    def add_text(
        self,
        tag: str,
        text_string: str,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Write a text."""
        self._write(summaries.text(tag, text_string), global_step, walltime)

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Write how precise predictions are, and how many they find, by their threshold."""
        value = curves.precision_recall(tag, labels, predictions, num_thresholds, weights)
        self._write(value, global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Write how values are distributed."""
        self._write(summaries.histogram(tag, values, bins), global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Write a picture."""
        self._write(summaries.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Write pictures as one, side by side."""
        self._write(summaries.image(tag, img_tensor, dataformats), global_step, walltime)

    def flush(self) -> None:
        """Write what waits."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Write what waits, and end. What is added after that goes to new files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
