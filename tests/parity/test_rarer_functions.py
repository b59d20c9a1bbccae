"""Rarer layers and losses: PyTorch's values, gradients and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "x": RANDOM.standard_normal((2, 3, 4, 5)),
    "g": RANDOM.uniform(-1.4, 1.4, (2, 3, 2, 2)),
    "v": RANDOM.standard_normal((1, 2, 3, 2, 4)),
    "h": RANDOM.uniform(-1.4, 1.4, (1, 2, 2, 3, 3)),
    "s": RANDOM.standard_normal((7, 2, 4)),
    "l": np.array([[1, 2, 2], [3, 1, 0]]),
    "t": RANDOM.standard_normal((5, 3)),
    "i": np.array([[1, 0, 3], [4, 4, 2]]),
    "y": np.array([[1, 2, -1, 0], [0, -1, 3, 3]]),
    "a": RANDOM.standard_normal((2, 40)),
    "w": np.hanning(8) + 0.1,
    "p": RANDOM.standard_normal((2, 3)),
}

MODES = [*itertools.product(("bilinear", "nearest"), ("x, g", "v, h")), ("bicubic", "x, g")]


@pytest.mark.parametrize(("mode", "operands"), MODES)
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("aligned", [False, True])
def test_grid_sample(mode: str, operands: str, padding: str, aligned: bool) -> None:
    code = f"torch.nn.functional.grid_sample({operands}, '{mode}', '{padding}', {aligned})"
    check(code, **ARRAYS)
    used = {name: ARRAYS[name] for name in operands.split(", ")}
    # PyTorch has no second gradient of bicubic sampling.
    check_gradients(code, **used, second=False)


CALLS = """
F.grid_sample(x, h)
F.grid_sample(x, g[:1])
F.grid_sample(x, g, 'cubic')
F.grid_sample(x, g, padding_mode='none')
F.grid_sample(v, h, 'bicubic')
F.grid_sample(x, g * nan, align_corners=False)
torch.grid_sampler_2d(x, g, 0, 1, True)
torch.grid_sampler(x, g, 1, 2, False)
F.affine_grid(p[None], (1, 1, 3, 2), align_corners=False)
F.affine_grid(p[None], (1, 1, 3, 2), align_corners=True)
F.affine_grid(x[:1, 0, :3, :4], (1, 1, 2, 1, 3), align_corners=False)
F.affine_grid(p, (1, 1, 3, 2), align_corners=False)
F.affine_grid(i[None], (1, 1, 3, 2), align_corners=False)
F.ctc_loss(s.log_softmax(2), l, (7, 5), (3, 2))
F.ctc_loss(s.log_softmax(2), l, (7, 5), (3, 2), reduction='none')
F.ctc_loss(s.log_softmax(2), l, torch.tensor([7, 5]), torch.tensor([3, 0]), reduction='sum')
F.ctc_loss(s.log_softmax(2), l.flatten()[:5], torch.tensor([7, 5]), torch.tensor([3, 2]))
F.ctc_loss(s.log_softmax(2), l, (2, 5), (3, 2), reduction='none')
F.ctc_loss(s.log_softmax(2), l, (2, 5), (3, 2), zero_infinity=True)
F.ctc_loss(s.log_softmax(2), l + 0, (7, 5), (3, 2), blank=9)
F.ctc_loss(s.log_softmax(2), l, (7, 9), (3, 2))
F.ctc_loss(s.log_softmax(2), l, (7,), (3, 2))
F.ctc_loss(s[:, 0].log_softmax(1), l[0], torch.tensor(7), torch.tensor(3), reduction='none')
F.ctc_loss(s.log_softmax(2), l - 0, (7, 5), (3, 2), blank=3)
torch.ctc_loss(s.log_softmax(2), l, (7, 5), (3, 2))
torch.ctc_loss(s.log_softmax(2), l, (7, 5), (3, 2), 0, 2)
F.embedding_bag(i, t)
F.embedding_bag(i, t, mode='sum')
F.embedding_bag(i, t, mode='max')
F.embedding_bag(i, t, mode='median')
F.embedding_bag(i.flatten(), t, torch.tensor([0, 2, 2, 5]))
F.embedding_bag(i.flatten(), t, torch.tensor([0, 2, 2, 5]), mode='max')
F.embedding_bag(i.flatten(), t, torch.tensor([0, 2, 6]), mode='sum', include_last_offset=True)
F.embedding_bag(i, t, mode='sum', per_sample_weights=p)
F.embedding_bag(i, t, per_sample_weights=p)
F.embedding_bag(i, t, padding_idx=4)
F.embedding_bag(i, t, padding_idx=4, mode='max')
F.embedding_bag(i, t, torch.tensor([0]))
F.embedding_bag(i.flatten(), t)
F.embedding_bag(i[None], t)
F.multilabel_margin_loss(x[0, 0, :2, :4], y)
F.multilabel_margin_loss(x[0, 0, :2, :4], y, reduction='none')
F.multilabel_margin_loss(x[0, 0, 0, :4], y[0])
F.multilabel_margin_loss(x[0, 0, 0, :4], y[0], reduction='none')
F.multilabel_margin_loss(x[0, 0], y)
F.triplet_margin_with_distance_loss(t, t.flip(0), t * 2)
F.triplet_margin_with_distance_loss(t, t.flip(0), t * 2, margin=0)
F.triplet_margin_with_distance_loss(t, t.flip(0), t * 2, swap=True, reduction='none')
F.linear_cross_entropy(p, t, torch.tensor([1, 4]))
F.linear_cross_entropy(p, t, torch.tensor([1, 4]), label_smoothing=0.1, linear_bias=t[:, 0])
F.pdist(t)
F.pdist(t, 1)
F.pdist(t[0])
torch.pdist(t)
torch.native_layer_norm(x, [4, 5], None, None, 1e-5)
torch.native_group_norm(x, None, None, 2, 3, 20, 3, 1e-5)
torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)
torch.native_batch_norm(x, None, None, p[0], p[1].abs(), False, 0.1, 1e-5)
torch.nonzero_static(i, size=3)
torch.nonzero_static(i, size=7, fill_value=-2)
torch.nonzero_static(i, size=-1)
torch.empty_strided((2, 3), (1, 4)).stride()
torch.empty_strided((2, 3), (1,))
torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
torch.empty_permuted((2, 3, 4), (2, 0))
str(x.new_empty_strided((2, 3), (1, 2)).dtype)
torch.stft(a, 8, return_complex=True)
torch.stft(a[0], 8, 3, 6, return_complex=True)
torch.stft(a, 8, 2, 8, w, return_complex=True)
torch.stft(a, 8, 2, 6, w[:6], return_complex=True, normalized=True)
torch.stft(a, 8, center=False, return_complex=True)
torch.stft(a, 8, pad_mode='constant', onesided=False, return_complex=True)
torch.stft(a + 1j * a.flip(1), 8, return_complex=True)
torch.stft(a, 8, return_complex=False)
torch.stft(a, 8)
torch.stft(a, 80, return_complex=True, center=False)
torch.stft(a, 8, 0, return_complex=True)
torch.stft(a, 8, 2, 9, return_complex=True)
torch.stft(a, 8, 2, 8, w[:3], return_complex=True)
a.stft(8, return_complex=True)
torch.istft(torch.stft(a, 8, 2, 8, w, return_complex=True), 8, 2, 8, w)
torch.istft(torch.stft(a, 8, 2, 8, w, return_complex=True), 8, 2, 8, w, length=37)
torch.istft(torch.stft(a, 8, return_complex=True, normalized=True), 8, normalized=True)
torch.istft(torch.stft(a[0], 8, onesided=False, return_complex=True), 8, onesided=False)
torch.istft(a, 8)
torch.istft(torch.stft(a, 8, return_complex=True), 10)
torch.istft(torch.stft(a, 8, return_complex=True), 8, window=torch.zeros(8).double())
"""

GRADIENTS = """
F.embedding_bag(i, t)
F.embedding_bag(i, t, mode='sum', per_sample_weights=p)
F.embedding_bag(i.flatten(), t, torch.tensor([0, 2, 2, 5]), mode='max')
F.multilabel_margin_loss(x[0, 0, :2, :4], y)
F.triplet_margin_with_distance_loss(t, t.flip(0), t * 2, swap=True)
F.linear_cross_entropy(p, t, torch.tensor([1, 4]))
F.pdist(t)
F.affine_grid(p[None], (1, 1, 3, 2), align_corners=False)
torch.view_as_real(torch.stft(a, 8, 2, 8, w, return_complex=True))
torch.istft(torch.stft(a, 8, 2, 8, w, return_complex=True), 8, 2, 8, w)
F.ctc_loss(s.log_softmax(2), l, (7, 5), (3, 2))
F.ctc_loss(s, l, (7, 5), (3, 2), reduction='sum')
F.ctc_loss(s.log_softmax(2), l, (2, 5), (3, 2), zero_infinity=True)
"""

ONCE = ("ctc", "embedding_bag", "multilabel", "pdist")
"""What PyTorch has no second gradient of, or none that is finite."""


@pytest.mark.parametrize("code", lines(CALLS))
def test_calls(code: str) -> None:
    check(code.replace("F.", "torch.nn.functional."), **ARRAYS)


@pytest.mark.parametrize("code", lines(GRADIENTS))
def test_gradients(code: str) -> None:
    second = not any(name in code for name in ONCE)
    check_gradients(code.replace("F.", "torch.nn.functional."), **ARRAYS, second=second)
