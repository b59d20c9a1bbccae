"""Everything of ``torch.*`` that computes with tensors, by family."""

from graphnet.functions import conversion, creation, factories
from graphnet.functions.conversion import *  # noqa: F403  # the families say what they export
from graphnet.functions.creation import *  # noqa: F403
from graphnet.functions.factories import *  # noqa: F403

__all__: list[str] = []
__all__ += conversion.__all__
__all__ += creation.__all__
__all__ += factories.__all__
