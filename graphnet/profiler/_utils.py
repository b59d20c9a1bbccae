"""``torch.profiler._utils``: what programs call before they record graphs of a GPU's."""

from graphnet.profiler.profiler import profile

__all__: list[str] = []


def _init_for_cuda_graphs() -> None:
    """Make one empty profile."""
    with profile():
        pass
