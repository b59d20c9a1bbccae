"""The Kullback-Leibler divergence of two distributions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd import grad
from graphnet.distributions.bernoulli import Bernoulli
from graphnet.distributions.beta import Beta
from graphnet.distributions.binomial import Binomial
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.cauchy import Cauchy
from graphnet.distributions.continuous_bernoulli import ContinuousBernoulli
from graphnet.distributions.dirichlet import Dirichlet
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.exponential import Exponential
from graphnet.distributions.gamma import Gamma
from graphnet.distributions.geometric import Geometric
from graphnet.distributions.gumbel import EULER, Gumbel
from graphnet.distributions.half_normal import HalfNormal
from graphnet.distributions.independent import Independent
from graphnet.distributions.laplace import Laplace
from graphnet.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from graphnet.distributions.multivariate_normal import MultivariateNormal, squared_distance
from graphnet.distributions.normal import Normal
from graphnet.distributions.one_hot_categorical import OneHotCategorical
from graphnet.distributions.parameters import sum_rightmost
from graphnet.distributions.pareto import Pareto
from graphnet.distributions.poisson import Poisson
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.uniform import Uniform
from graphnet.errors import ArgumentError, NotSupportedError
from graphnet.functions.factories import full_like
from graphnet.functions.linalg import matmul
from graphnet.functions.mixing import where
from graphnet.grad_mode import enable_grad
from graphnet.linalg import solve_triangular
from graphnet.nn.functional import softplus

__all__ = ["kl_divergence", "register_kl"]

Divergence = Callable[[Any, Any], Tensor]
_DIVERGENCES: dict[tuple[type, type], Divergence] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Divergence], Divergence]:
    """Decorate the function that gives ``KL(p || q)`` for two families.

    Raises:
        ArgumentError: (a TypeError) one is no class.
    """
    for kind in (type_p, type_q):
        if not isinstance(kind, type):  # families of other packages have bases of their own
            raise ArgumentError(
                f"Expected type_p and type_q to be Distribution subclasses but got {kind}"
            )

    def decorate(function: Divergence) -> Divergence:
        _DIVERGENCES[type_p, type_q] = function
        return function

    return decorate


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """``KL(p || q)``: how much less probable the values of ``p`` are to ``q``.

    Raises:
        NotSupportedError: (a NotImplementedError) it is not known for these families.

    >>> import graphnet as torch
    >>> from graphnet.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    found = _dispatch(type(p), type(q))
    if found is None:
        raise NotSupportedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
            f"{type(q).__name__}"
        )
    return found(p, q)


def _dispatch(kind_p: type, kind_q: type) -> Divergence | None:
    """The function for the nearest families above these two, first for ``p``, then for ``q``."""
    for above_p in kind_p.__mro__:
        for above_q in kind_q.__mro__:
            if (above_p, above_q) in _DIVERGENCES:
                return _DIVERGENCES[above_p, above_q]
    return None


# ---------------------------------------------------------------------- one family


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Tensor:
    success = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    success = where(q.probs == 0, math.inf, success)
    success = where(p.probs == 0, 0.0, success)
    failure = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    failure = where(q.probs == 1, math.inf, failure)
    failure = where(p.probs == 1, 0.0, failure)
    divergence: Tensor = success + failure
    return divergence


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Tensor:
    total_p, total_q = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    of_q = q.concentration1.lgamma() + q.concentration0.lgamma() + total_p.lgamma()
    of_p = p.concentration1.lgamma() + p.concentration0.lgamma() + total_q.lgamma()
    first = (p.concentration1 - q.concentration1) * p.concentration1.digamma()
    second = (p.concentration0 - q.concentration0) * p.concentration0.digamma()
    both = (total_q - total_p) * total_p.digamma()
    divergence: Tensor = of_q - of_p + first + second + both
    return divergence


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Tensor:
    if (p.total_count < q.total_count).any():
        raise NotSupportedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    kl = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    divergence: Tensor = where(p.total_count > q.total_count, math.inf, kl)
    return divergence


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Tensor:
    t = p.probs * (p.logits - q.logits)
    t = where((q.probs == 0).expand_as(t), math.inf, t)
    t = where((p.probs == 0).expand_as(t), 0.0, t)
    divergence: Tensor = t.sum(-1)
    return divergence


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: Any, q: Any) -> Tensor:
    return _categorical(p._categorical, q._categorical)


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Tensor:
    distance = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    divergence: Tensor = distance.log() - (4 * p.scale * q.scale).log()
    return divergence


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Tensor:
    total_p, total_q = p.concentration.sum(-1), q.concentration.sum(-1)
    normalizers = total_p.lgamma() - total_q.lgamma()
    each = p.concentration.lgamma() - q.concentration.lgamma()
    slopes = p.concentration.digamma() - total_p.digamma().unsqueeze(-1)
    moved = ((p.concentration - q.concentration) * slopes).sum(-1)
    divergence: Tensor = normalizers - each.sum(-1) + moved
    return divergence


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    divergence: Tensor = -ratio.log() + ratio - 1
    return divergence


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Tensor:
    t1 = q.concentration * (p.rate / q.rate).log()
    t2 = q.concentration.lgamma() - p.concentration.lgamma()
    t3 = (p.concentration - q.concentration) * p.concentration.digamma()
    t4 = (q.rate - p.rate) * (p.concentration / p.rate)
    divergence: Tensor = t1 + t2 + t3 + t4
    return divergence


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Tensor:
    ratio = p.scale / q.scale
    moved_q, moved_p = q.loc / q.scale, p.loc / q.scale
    t1 = ratio.log() - moved_q + moved_p
    t3 = (moved_q + (1 + ratio).lgamma() - moved_p).exp()
    divergence: Tensor = -t1 + ratio * EULER + t3 - (1 + EULER)
    return divergence


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Tensor:
    divergence: Tensor = -p.entropy() - (-q.probs).log1p() / p.probs - q.logits
    return divergence


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Tensor:
    return _normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Tensor:
    ratio = p.scale / q.scale
    distance = (p.loc - q.loc).abs()
    divergence: Tensor = -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1
    return divergence


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Tensor:
    ours, theirs = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    half_log = theirs.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    half_log = half_log - ours.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    n = p.event_shape[0]
    batch = tuple(p.loc.shape[:-1]) if p.loc.dim() >= q.loc.dim() else tuple(q.loc.shape[:-1])
    solved = solve_triangular(
        theirs.expand((*batch, n, n)), ours.expand((*batch, n, n)), upper=False
    )
    spread = solved.pow(2).sum((-2, -1))
    distance = squared_distance(theirs, q.loc - p.loc)
    divergence: Tensor = half_log + 0.5 * (spread + distance - n)
    return divergence


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _low_rank(p: Any, q: Any) -> Tensor:
    solved, ours = q._solved(), p._unbroadcasted_cov_diag
    factor, theirs = p._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag
    # The trace of one covariance by the inverse of the other, part by part.
    spread = (ours / theirs).sum(-1) + (factor / theirs.sqrt().unsqueeze(-1)).pow(2).sum((-2, -1))
    spread = spread - (solved * ours.sqrt().unsqueeze(-2)).pow(2).sum((-2, -1))
    spread = spread - matmul(solved, factor).pow(2).sum((-2, -1))
    determinants = q._log_determinant() - p._log_determinant()
    distance = q._squared_distance(q.loc - p.loc)
    divergence: Tensor = 0.5 * (determinants + distance + spread - p.event_shape[0])
    return divergence


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Tensor:
    ours = p._cont_bern_log_norm() + (-p.probs).log1p()
    theirs = q._cont_bern_log_norm() + (-q.probs).log1p()
    divergence: Tensor = p.mean * (p.logits - q.logits) + ours - theirs
    return divergence


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    distance = ((p.loc - q.loc) / q.scale).pow(2)
    divergence: Tensor = 0.5 * (ratio + distance - 1 - ratio.log())
    return divergence


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Tensor:
    scales, alphas = p.scale / q.scale, q.alpha / p.alpha
    result = q.alpha * scales.log() - alphas.log() + alphas - 1
    divergence: Tensor = where(p.support.lower_bound < q.support.lower_bound, math.inf, result)
    return divergence


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Tensor:
    divergence: Tensor = p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)
    return divergence


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Tensor:
    result = ((q.high - q.low) / (p.high - p.low)).log()
    divergence: Tensor = where((q.low > p.low) | (q.high < p.high), math.inf, result)
    return divergence


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Tensor:
    """The Bregman divergence of the log normalizer."""
    if type(p) is not type(q):
        raise NotSupportedError(
            "The cross KL-divergence between different exponential families cannot be computed "
            "using Bregman divergences"
        )
    with enable_grad():
        ours = [param.detach().requires_grad_() for param in p._natural_params]
        normalizer = p._log_normalizer(*ours)
        gradients = grad(normalizer.sum(), ours, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - normalizer
    for one, other, gradient in zip(ours, q._natural_params, gradients, strict=True):
        assert gradient is not None  # the normalizer depends on all of its parameters
        term = (other - one) * gradient
        result = result - sum_rightmost(term, len(q.event_shape))
    divergence: Tensor = result
    return divergence


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Tensor:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotSupportedError("KL of Independents that reinterpret different dimensions")
    divergence: Tensor = sum_rightmost(
        kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims
    )
    return divergence


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Tensor:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotSupportedError("KL of distributions that are transformed differently")
    return kl_divergence(p.base_dist, q.base_dist)


# ---------------------------------------------------------------------- two families


@register_kl(Uniform, Normal)
def _uniform_normal(p: Any, q: Any) -> Tensor:
    width = p.high - p.low
    t1 = (math.sqrt(math.pi * 2) * q.scale / width).log()
    t2 = width.pow(2) / 12
    t3 = ((p.high + p.low - 2 * q.loc) / 2).pow(2)
    divergence: Tensor = t1 + 0.5 * (t2 + t3) / q.scale.pow(2)
    return divergence


@register_kl(Uniform, Exponential)
def _uniform_exponential(p: Any, q: Any) -> Tensor:
    result = q.rate * (p.high + p.low) / 2 - ((p.high - p.low) * q.rate).log()
    divergence: Tensor = where(p.low < 0, math.inf, result)
    return divergence


@register_kl(Uniform, Gamma)
def _uniform_gamma(p: Any, q: Any) -> Tensor:
    width = p.high - p.low
    logarithm = (p.high * p.high.log() - p.low * p.low.log()) / width - 1
    expected = q.concentration.lgamma() - q.concentration * q.rate.log()
    expected = expected + (1 - q.concentration) * logarithm + q.rate * (p.high + p.low) / 2
    divergence: Tensor = where(p.low < 0, math.inf, expected - width.log())
    return divergence


@register_kl(Gamma, Normal)
def _gamma_normal(p: Any, q: Any) -> Tensor:
    spread = (p.variance + (p.mean - q.loc).pow(2)) / (2 * q.scale.pow(2))
    divergence: Tensor = -p.entropy() + (math.sqrt(2 * math.pi) * q.scale).log() + spread
    return divergence


@register_kl(Normal, Laplace)
def _normal_laplace(p: Any, q: Any) -> Tensor:
    distance = p.loc - q.loc
    ratio = p.scale / q.scale
    t1 = ratio.log()
    t2 = math.sqrt(2 / math.pi) * p.scale * (-0.5 * (distance / p.scale).pow(2)).exp()
    t3 = distance * (math.sqrt(0.5) * distance / p.scale).erf()
    divergence: Tensor = -t1 + (t2 + t3) / q.scale - (0.5 * (1 + math.log(0.5 * math.pi)))
    return divergence


@register_kl(Laplace, Normal)
def _laplace_normal(p: Any, q: Any) -> Tensor:
    variance = q.scale.pow(2)
    ratio = p.scale.pow(2) / variance
    distance = 0.5 * p.loc.pow(2) / variance - p.loc * q.loc / variance
    distance = distance + 0.5 * q.loc.pow(2) / variance
    divergence: Tensor = -0.5 * (2 * ratio / math.pi).log() + ratio + distance - 1
    return divergence


@register_kl(Exponential, Normal)
def _exponential_normal(p: Any, q: Any) -> Tensor:
    variance, rate = q.scale.pow(2), p.rate.pow(2)
    t1 = 0.5 * (rate * variance * 2 * math.pi).log()
    t2, t3, t4 = rate.reciprocal(), q.loc / p.rate, q.loc.pow(2) * 0.5
    divergence: Tensor = t1 - 1 + (t2 - t3 + t4) / variance
    return divergence


@register_kl(Exponential, Gamma)
def _exponential_gamma(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    t1 = -q.concentration * ratio.log()
    divergence: Tensor = (
        t1 + ratio + q.concentration.lgamma() + q.concentration * EULER - (1 + EULER)
    )
    return divergence


@register_kl(Gamma, Exponential)
def _gamma_exponential(p: Any, q: Any) -> Tensor:
    divergence: Tensor = -p.entropy() - q.rate.log() + q.rate * p.concentration / p.rate
    return divergence


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Tensor:
    divergence: Tensor = -p.entropy() - (p.probs * q.rate.log() - q.rate)
    return divergence


def _never(p: Any, q: Any) -> Tensor:
    """Infinite: the values of ``p`` go beyond those of ``q``."""
    return full_like(p.mean, math.inf)


_BEYOND: tuple[tuple[type, tuple[type, ...]], ...] = (
    (Normal, (Beta, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, (Beta, Exponential, Gamma, Pareto, Uniform)),
    (Exponential, (Beta, Pareto, Uniform)),
    (Gamma, (Beta, Pareto, Uniform)),
    (Beta, (Pareto,)),
    (Poisson, (Bernoulli, Binomial)),
)
for narrow, wide in _BEYOND:
    for other_kind in wide:
        register_kl(narrow, other_kind)(_never)
