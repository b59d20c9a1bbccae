"""Everything of ``torch.*`` that computes with tensors, by family."""

from graphnet.functions import (
    arithmetic,
    broadcasting,
    buffers,
    by_element,
    comparison,
    complex_numbers,
    contraction,
    conversion,
    copies,
    counting,
    creation,
    cumulative,
    decompositions,
    differences,
    factories,
    facts,
    filling,
    foreach,
    in_place,
    indexing,
    joining,
    layouts,
    linalg,
    masking,
    mixing,
    pointwise,
    quantiles,
    ranges,
    rearranging,
    reduction,
    rounding,
    sampling,
    sampling_like,
    scattering,
    searching,
    shaping,
    sharing,
    sorting,
    sparse_tensors,
    special_functions,
    splitting,
    square_matrices,
    statistics,
    storages,
    striding,
    tensor_products,
    windows,
    writing,
)
from graphnet.functions import gradient_hooks as gradient_hooks  # methods only
from graphnet.functions.arithmetic import *  # noqa: F403  # the families say what they export
from graphnet.functions.broadcasting import *  # noqa: F403
from graphnet.functions.buffers import *  # noqa: F403
from graphnet.functions.by_element import *  # noqa: F403
from graphnet.functions.comparison import *  # noqa: F403
from graphnet.functions.complex_numbers import *  # noqa: F403
from graphnet.functions.contraction import *  # noqa: F403
from graphnet.functions.conversion import *  # noqa: F403
from graphnet.functions.copies import *  # noqa: F403
from graphnet.functions.counting import *  # noqa: F403
from graphnet.functions.creation import *  # noqa: F403
from graphnet.functions.cumulative import *  # noqa: F403
from graphnet.functions.decompositions import *  # noqa: F403
from graphnet.functions.differences import *  # noqa: F403
from graphnet.functions.factories import *  # noqa: F403
from graphnet.functions.facts import *  # noqa: F403
from graphnet.functions.filling import *  # noqa: F403
from graphnet.functions.foreach import *  # noqa: F403
from graphnet.functions.in_place import *  # noqa: F403
from graphnet.functions.indexing import *  # noqa: F403
from graphnet.functions.joining import *  # noqa: F403
from graphnet.functions.layouts import *  # noqa: F403
from graphnet.functions.linalg import *  # noqa: F403
from graphnet.functions.masking import *  # noqa: F403
from graphnet.functions.mixing import *  # noqa: F403
from graphnet.functions.pointwise import *  # noqa: F403
from graphnet.functions.quantiles import *  # noqa: F403
from graphnet.functions.ranges import *  # noqa: F403
from graphnet.functions.rearranging import *  # noqa: F403
from graphnet.functions.reduction import *  # noqa: F403
from graphnet.functions.rounding import *  # noqa: F403
from graphnet.functions.sampling import *  # noqa: F403
from graphnet.functions.sampling_like import *  # noqa: F403
from graphnet.functions.scattering import *  # noqa: F403
from graphnet.functions.searching import *  # noqa: F403
from graphnet.functions.shaping import *  # noqa: F403
from graphnet.functions.sharing import *  # noqa: F403
from graphnet.functions.sorting import *  # noqa: F403
from graphnet.functions.sparse_tensors import *  # noqa: F403
from graphnet.functions.special_functions import *  # noqa: F403
from graphnet.functions.splitting import *  # noqa: F403
from graphnet.functions.square_matrices import *  # noqa: F403
from graphnet.functions.statistics import *  # noqa: F403
from graphnet.functions.storages import *  # noqa: F403
from graphnet.functions.striding import *  # noqa: F403
from graphnet.functions.tensor_products import *  # noqa: F403
from graphnet.functions.windows import *  # noqa: F403
from graphnet.functions.writing import *  # noqa: F403

__all__: list[str] = []
__all__ += arithmetic.__all__
__all__ += broadcasting.__all__
__all__ += buffers.__all__
__all__ += by_element.__all__
__all__ += comparison.__all__
__all__ += complex_numbers.__all__
__all__ += contraction.__all__
__all__ += conversion.__all__
__all__ += copies.__all__
__all__ += counting.__all__
__all__ += creation.__all__
__all__ += cumulative.__all__
__all__ += decompositions.__all__
__all__ += differences.__all__
__all__ += factories.__all__
__all__ += facts.__all__
__all__ += filling.__all__
__all__ += foreach.__all__
__all__ += in_place.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += layouts.__all__
__all__ += linalg.__all__
__all__ += masking.__all__
__all__ += mixing.__all__
__all__ += pointwise.__all__
__all__ += quantiles.__all__
__all__ += ranges.__all__
__all__ += rearranging.__all__
__all__ += reduction.__all__
__all__ += rounding.__all__
__all__ += sampling.__all__
__all__ += sampling_like.__all__
__all__ += scattering.__all__
__all__ += searching.__all__
__all__ += shaping.__all__
__all__ += sharing.__all__
__all__ += sorting.__all__
__all__ += sparse_tensors.__all__
__all__ += special_functions.__all__
__all__ += splitting.__all__
__all__ += square_matrices.__all__
__all__ += statistics.__all__
__all__ += storages.__all__
__all__ += striding.__all__
__all__ += tensor_products.__all__
__all__ += windows.__all__
__all__ += writing.__all__
