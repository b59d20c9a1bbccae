"""``torch.signal.windows``: weights of ``M`` neighbouring samples, the greatest in the middle.

``sym`` makes a window symmetric, to filter with; without, it is one period of a periodic one, for
spectra: the symmetric window of ``M + 1`` samples without its last.

>>> import graphnet as torch
>>> torch.signal.windows.hann(5)
tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
"""

from graphnet.functions.windows import (
    bartlett,
    blackman,
    cosine,
    exponential,
    gaussian,
    general_cosine,
    general_hamming,
    hamming,
    hann,
    kaiser,
    nuttall,
)

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]
