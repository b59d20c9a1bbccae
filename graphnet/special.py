"""``torch.special``: functions of mathematics, most of which have another name in ``torch``."""

from __future__ import annotations

from graphnet.functions.arithmetic import xlogy
from graphnet.functions.pointwise import erf, exp2, expm1, log1p, logit, sinc
from graphnet.functions.pointwise import sigmoid as expit
from graphnet.functions.rounding import round
from graphnet.functions.statistics import logsumexp
from graphnet.nn.top_level import log_softmax, softmax

__all__ = [
    "erf",
    "exp2",
    "expit",
    "expm1",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
