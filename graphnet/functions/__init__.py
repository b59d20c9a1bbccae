"""Everything of ``torch.*`` that computes with tensors, by family."""

from graphnet.functions import (
    conversion,
    creation,
    factories,
    indexing,
    joining,
    rearranging,
    scattering,
    searching,
    shaping,
    sorting,
    splitting,
)
from graphnet.functions.conversion import *  # noqa: F403  # the families say what they export
from graphnet.functions.creation import *  # noqa: F403
from graphnet.functions.factories import *  # noqa: F403
from graphnet.functions.indexing import *  # noqa: F403
from graphnet.functions.joining import *  # noqa: F403
from graphnet.functions.rearranging import *  # noqa: F403
from graphnet.functions.scattering import *  # noqa: F403
from graphnet.functions.searching import *  # noqa: F403
from graphnet.functions.shaping import *  # noqa: F403
from graphnet.functions.sorting import *  # noqa: F403
from graphnet.functions.splitting import *  # noqa: F403

__all__: list[str] = []
__all__ += conversion.__all__
__all__ += creation.__all__
__all__ += factories.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += rearranging.__all__
__all__ += scattering.__all__
__all__ += searching.__all__
__all__ += shaping.__all__
__all__ += sorting.__all__
__all__ += splitting.__all__
