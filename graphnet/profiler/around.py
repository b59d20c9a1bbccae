"""The profile of a block, as before there were schedules: ``torch.autograd.profiler``."""

from __future__ import annotations

from typing import Any, Self

from graphnet.errors import NotSupportedError
from graphnet.profiler.events import EventList, FunctionEvent, record_function
from graphnet.profiler.profiler import ProfilerActivity
from graphnet.profiler.profiler import profile as scheduled

__all__ = [
    "EventList",
    "FunctionEvent",
    "ProfilerActivity",
    "emit_itt",
    "emit_nvtx",
    "profile",
    "record_function",
]


class emit_nvtx:  # noqa: N801  # PyTorch's name
    """A block whose operations are marked for a profiler of GPUs. Entering it raises."""

    def __init__(self, enabled: bool = True, record_shapes: bool = False) -> None:
        self.enabled = enabled

    def __enter__(self) -> Self:
        if self.enabled:
            raise NotSupportedError(
                f"torch.autograd.profiler.{type(self).__name__}: there is no such profiler here",
                cure="use torch.profiler.profile",
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing."""


class emit_itt(emit_nvtx):  # noqa: N801  # PyTorch's name
    """The same for a profiler of Intel's."""


class profile(scheduled):  # noqa: N801  # PyTorch's name
    """Collect the named blocks within a block.

    Args:
        enabled: False does nothing.
        use_cuda, use_device, use_kineto, use_cpu: only what runs on the CPU is measured.
        record_shapes, with_flops, profile_memory, with_stack, with_modules: PyTorch's options on
            operations, of which there are no events here.

    Source: PyTorch's page ``torch.autograd.profiler.profile``.

    >>> from graphnet.profiler import record_function
    >>> from graphnet.profiler.around import profile
    >>> with profile() as prof, record_function("step"):
    ...     pass
    >>> [event.name for event in prof.function_events]
    ['step']
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
        activity_filters: Any = None,
    ) -> None:
        super().__init__()
        self.enabled = enabled

    @property
    def function_events(self) -> EventList:
        """The blocks, in the order in which they began."""
        return self.events()

    def __enter__(self) -> Self:
        if self.enabled:
            self.start()
        return self

    def table(self, *args: Any, **kwargs: Any) -> str:
        """The blocks as text, a line each."""
        return self.events().table(*args, **kwargs)

    def total_average(self) -> FunctionEvent:
        """All blocks as one."""
        return self.events().total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all blocks together, in microseconds."""
        return self.events().self_cpu_time_total
