"""Short-time Fourier transforms."""

from __future__ import annotations

from typing import Any

from graphnet import fft
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn import functional as F


def _window(function: str, x: Tensor, n_fft: int, window: Tensor | None, length: int) -> Tensor:
    """The window in the middle of ``n_fft`` elements."""
    if window is None:
        window = fn.ones(length, dtype=x.dtype.to_real())
    if window.dim() != 1 or window.shape[0] != length:
        raise RefusedError(
            f"{function}: expected a 1D window tensor of size equal to win_length={length}, but "
            f"got window with size {list(window.shape)}"
        )
    left = (n_fft - length) // 2
    return F.pad(window, (left, n_fft - length - left)) if length < n_fft else window


def _lengths(
    function: str, n_fft: int, hop_length: int | None, win_length: int | None
) -> tuple[int, int]:
    """The hop and the length of the window, which default to a quarter and the whole."""
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    if hop <= 0:
        raise RefusedError(f"{function}: expected hop_length > 0, but got hop_length={hop}")
    if not 0 < width <= n_fft:
        raise RefusedError(
            f"{function}: expected 0 < win_length <= n_fft, but got win_length={width}"
        )
    return hop, width


def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """The spectra of pieces of a signal, one column for each.

    Args:
        input: signals ``(L,)`` or ``(B, L)``.
        n_fft: the length of a piece.
        hop_length: from one piece to the next, a quarter of ``n_fft`` unless given.
        win_length: how many elements in the middle of a piece count; all unless given.
        window: their weights, 1 unless given.
        center: whether pieces are centred at their places, the signal being continued at its ends.
        pad_mode: how it is continued, as by ``nn.functional.pad``.
        normalized: whether spectra are divided by the root of ``n_fft``.
        onesided: whether only the first half is returned; the default for real signals.
        return_complex: whether complex numbers are returned, or pairs of real ones.
        align_to_window: only without ``center``; whether pieces start at their windows.

    Returns:
        ``(B, frequencies, pieces)``.

    >>> import graphnet as torch
    >>> torch.stft(torch.ones(8), n_fft=4, return_complex=True).shape
    torch.Size([3, 9])
    """
    x = require_tensor("stft", "input", input)
    real = not x.dtype.is_complex
    if real and return_complex is None:
        raise RefusedError(
            "stft requires the return_complex parameter be given for real inputs, and will "
            "further require that return_complex=True in a future PyTorch release."
        )
    if not (x.dtype.is_floating_point or x.dtype.is_complex) or not 1 <= x.dim() <= 2:
        raise RefusedError(
            "stft: expected a 1D or 2D tensor of floating point or complex values, but got "
            f"{x.dtype} of shape {list(x.shape)}"
        )
    if center and align_to_window is not None:
        raise RefusedError("stft: align_to_window should only be set when center = false.")
    hop, width = _lengths("stft", n_fft, hop_length, win_length)
    signal = x if x.dim() == 2 else fn.unsqueeze(x, 0)
    if center:
        around = F.pad(fn.unsqueeze(signal, 1), (n_fft // 2, n_fft // 2), pad_mode)
        signal = fn.squeeze(around, 1)
    if not 0 < n_fft <= signal.shape[1]:
        raise RefusedError(f"stft: expected 0 < n_fft <= {signal.shape[1]}, but got n_fft={n_fft}")
    weights = _window("stft", x, n_fft, window, width)
    if align_to_window:
        cut = (n_fft - width) // 2
        signal = F.pad(signal, (cut, n_fft - width - cut))
    pieces = signal.unfold(-1, n_fft, hop) * weights
    halved = onesided if onesided is not None else not (weights.is_complex() or not real)
    if halved and pieces.is_complex():
        raise RefusedError("Cannot have onesided output if window or input is complex")
    transform = fft.rfft if halved else fft.fft
    spectra = transform(pieces, norm="ortho" if normalized else None).transpose(1, 2)
    if x.dim() == 1:
        spectra = fn.squeeze(spectra, 0)
    return spectra if return_complex or not real else fn.view_as_real(spectra)


def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal of which :func:`stft` gives these spectra, with the same arguments.

    Pieces are added where they overlap and divided by the sum of the squares of their windows.
    Source: D. Griffin, J. Lim, "Signal estimation from modified short-time Fourier transform",
    1984.

    Args:
        input: complex spectra ``(B, frequencies, pieces)``.
        n_fft, hop_length, win_length, window, center, normalized, onesided: as for :func:`stft`.
        length: of the signal; it is cut, or continued by zeros.
        return_complex: whether the signal is complex.

    Raises:
        RefusedError: (a RuntimeError) windows that leave an element without weight.

    >>> import graphnet as torch
    >>> signal, weights = torch.arange(8.0), torch.hann_window(4)
    >>> spectra = torch.stft(signal, 4, window=weights, return_complex=True)
    >>> torch.istft(spectra, 4, window=weights).round()
    tensor([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    x = require_tensor("istft", "input", input)
    if not x.dtype.is_complex or not 2 <= x.dim() <= 3:
        raise RefusedError(
            "istft requires a complex-valued input tensor matching the output from stft with "
            f"return_complex=True, but got {x.dtype} of shape {list(x.shape)}"
        )
    hop, width = _lengths("istft", n_fft, hop_length, win_length)
    spectra = x if x.dim() == 3 else fn.unsqueeze(x, 0)
    halved = x.shape[-2] == n_fft // 2 + 1 if onesided is None else onesided
    if spectra.shape[1] != (n_fft // 2 + 1 if halved else n_fft):
        raise RefusedError(
            "istft: expected the frequency dimension (3rd to the last) of the input tensor to "
            f"match n_fft={n_fft}, but got {spectra.shape[1]}"
        )
    weights = _window("istft", x, n_fft, window, width)
    norm = "ortho" if normalized else None
    turned = spectra.transpose(1, 2)
    pieces: Any = fft.irfft(turned, n_fft, norm=norm) if halved else fft.ifft(turned, norm=norm)
    if not halved and not return_complex:
        pieces = pieces.real
    count = pieces.shape[1]
    whole = n_fft + hop * (count - 1)
    place = fn.arange(count).reshape(-1, 1) * hop + fn.arange(n_fft)
    added = _overlapped(pieces * weights, place, whole)
    envelope = _overlapped((weights * weights).expand(1, count, n_fft), place, whole)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else whole - start
    added, envelope = added[:, start:end], envelope[:, start:end]
    if envelope.numel() and float(envelope.abs().min()) < 1e-11:
        raise RefusedError("istft: window overlap add min: 0, which leaves elements without weight")
    signal = added / envelope
    if length is not None and signal.shape[1] < length:
        signal = F.pad(signal, (0, length - signal.shape[1]))
    return signal if x.dim() == 3 else fn.squeeze(signal, 0)


def _overlapped(pieces: Tensor, place: Tensor, whole: int) -> Tensor:
    """Pieces added up at their places."""
    rows = fn.reshape(pieces, (pieces.shape[0], -1))
    base = fn.zeros(pieces.shape[0], whole, dtype=pieces.dtype)
    return fn.index_add(base, 1, place.reshape(-1), rows)
