"""Distributions against PyTorch's: draws of the same seed, densities, moments, divergences."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.parity.expressions import check, outcome, same

pytest.importorskip("torch")

MAKERS: dict[str, str] = {
    "Normal": "D.Normal(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0]))",
    "Normal of numbers": "D.Normal(0.5, 2.0)",
    "LogNormal": "D.LogNormal(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 0.4]))",
    "HalfNormal": "D.HalfNormal(torch.tensor([0.7, 2.0]))",
    "HalfCauchy": "D.HalfCauchy(torch.tensor([0.7, 2.0]))",
    "Cauchy": "D.Cauchy(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0]))",
    "Laplace": "D.Laplace(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0]))",
    "Uniform": "D.Uniform(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0]))",
    "Exponential": "D.Exponential(torch.tensor([0.7, 2.0]))",
    "Gumbel": "D.Gumbel(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0]))",
    "Weibull": "D.Weibull(torch.tensor([0.7, 2.0]), torch.tensor([1.5, 0.8]))",
    "GeneralizedPareto": "D.GeneralizedPareto(torch.tensor([0.1, 0.0, 1.0]), "
    "torch.tensor([2.0, 0.5, 1.0]), torch.tensor([0.4, 0.0, -0.5]))",
    "Pareto": "D.Pareto(torch.tensor([0.7, 2.0]), torch.tensor([3.5, 2.8]))",
    "Kumaraswamy": "D.Kumaraswamy(torch.tensor([0.7, 2.0]), torch.tensor([1.5, 0.8]))",
    "Gamma": "D.Gamma(torch.tensor([0.7, 2.0]), torch.tensor([1.5, 0.8]))",
    "InverseGamma": "D.InverseGamma(torch.tensor([2.7, 3.0]), torch.tensor([1.5, 0.8]))",
    "Chi2": "D.Chi2(torch.tensor([3.0, 5.0]))",
    "Beta": "D.Beta(torch.tensor([0.7, 2.0]), torch.tensor([1.5, 2.8]))",
    "Beta of numbers": "D.Beta(2.0, 3.0)",
    "Dirichlet": "D.Dirichlet(torch.tensor([[0.7, 2.0, 1.0], [3.0, 1.5, 2.0]]))",
    "StudentT": "D.StudentT(torch.tensor([3.0, 5.0]), 0.5, torch.tensor([0.7, 2.0]))",
    "FisherSnedecor": "D.FisherSnedecor(torch.tensor([3.0, 5.0]), torch.tensor([6.0, 7.0]))",
    "Bernoulli": "D.Bernoulli(torch.tensor([0.3, 0.8]))",
    "Bernoulli of logits": "D.Bernoulli(logits=torch.tensor([0.3, -0.8]))",
    "Geometric": "D.Geometric(torch.tensor([0.3, 0.8]))",
    "Binomial": "D.Binomial(10, torch.tensor([0.3, 0.8]))",
    "NegativeBinomial": "D.NegativeBinomial(5, torch.tensor([0.3, 0.8]))",
    "Poisson": "D.Poisson(torch.tensor([0.3, 30.0]))",
    "Categorical": "D.Categorical(torch.tensor([[0.3, 0.8, 1.0], [1.0, 1.0, 2.0]]))",
    "Categorical of logits": "D.Categorical(logits=torch.tensor([0.3, -0.8, 1.0]))",
    "OneHotCategorical": "D.OneHotCategorical(torch.tensor([[0.3, 0.8], [1.0, 1.5]]))",
    "OneHotCategoricalStraightThrough": (
        "D.OneHotCategoricalStraightThrough(torch.tensor([0.3, 0.8, 1.0]))"
    ),
    "Multinomial": "D.Multinomial(6, torch.tensor([0.3, 0.8, 1.0]))",
    "MultivariateNormal": (
        "D.MultivariateNormal(torch.tensor([0.5, -1.0]), torch.tensor([[2.0, 0.3], [0.3, 1.0]]))"
    ),
    "MultivariateNormal of precision": (
        "D.MultivariateNormal(torch.zeros(2),"
        " precision_matrix=torch.tensor([[2.0, 0.3], [0.3, 1.0]]))"
    ),
    "MultivariateNormal of a triangle": (
        "D.MultivariateNormal(torch.zeros(3, 2), scale_tril=torch.tensor([[2.0, 0.0], [0.3, 1.0]]))"
    ),
    "LowRankMultivariateNormal": (
        "D.LowRankMultivariateNormal(torch.tensor([0.5, -1.0, 2.0]),"
        " torch.tensor([[1.0], [0.5], [-0.3]]), torch.tensor([0.7, 2.0, 1.0]))"
    ),
    "LowRankMultivariateNormal of a batch": (
        "D.LowRankMultivariateNormal(torch.zeros(2, 3), torch.ones(3, 2), torch.ones(3))"
    ),
    "ContinuousBernoulli": "D.ContinuousBernoulli(torch.tensor([0.3, 0.5, 0.9]))",
    "ContinuousBernoulli of logits": "D.ContinuousBernoulli(logits=torch.tensor([0.3, -0.8]))",
    "Wishart": "D.Wishart(torch.tensor(4.0), torch.tensor([[2.0, 0.3], [0.3, 1.0]]))",
    "Wishart of precision": (
        "D.Wishart(5.0, precision_matrix=torch.tensor([[2.0, 0.3], [0.3, 1.0]]))"
    ),
    "Wishart of a batch": (
        "D.Wishart(torch.tensor([3.5, 6.0]), scale_tril=torch.tensor([[2.0, 0.0], [0.3, 1.0]]))"
    ),
    "VonMises": "D.VonMises(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 20.0]))",
    "VonMises of numbers": "D.VonMises(0.5, 1e-6)",
    "LKJCholesky": "D.LKJCholesky(3, torch.tensor([0.7, 2.0]))",
    "LKJCholesky of a number": "D.LKJCholesky(4, 1.5)",
    "Independent": "D.Independent(D.Normal(torch.zeros(3, 2), torch.ones(3, 2)), 1)",
    "MixtureSameFamily": (
        "D.MixtureSameFamily(D.Categorical(torch.tensor([0.3, 0.7])),"
        " D.Normal(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.0])))"
    ),
    "RelaxedBernoulli": "D.RelaxedBernoulli(torch.tensor(0.7), torch.tensor([0.3, 0.8]))",
    "RelaxedOneHotCategorical": (
        "D.RelaxedOneHotCategorical(torch.tensor(0.7), torch.tensor([0.3, 0.8, 1.0]))"
    ),
    "RelaxedOneHotCategorical with a temperature of one dimension": (
        "D.RelaxedOneHotCategorical(torch.tensor([0.7]), torch.tensor([0.3, 0.8, 1.0]))"
    ),
    "LogisticNormal": "D.LogisticNormal(torch.tensor([0.3, 0.8]), torch.tensor([0.7, 2.0]))",
    "TransformedDistribution": (
        "D.TransformedDistribution(D.Normal(torch.zeros(2), torch.ones(2)),"
        " [D.AffineTransform(1.0, 2.0), D.TanhTransform()])"
    ),
}

#: What is asked of each; where PyTorch refuses, we must.
QUESTIONS = (
    "repr(d)",
    "d.batch_shape, d.event_shape, d.has_rsample, d.has_enumerate_support",
    "d.mean",
    "d.mode",
    "d.variance, d.stddev",
    "d.entropy()",
    "d.perplexity()",
    "d.sample()",
    "d.sample((3,))",
    "d.rsample((2, 3)).shape",
    "d.expand((4, *d.batch_shape)).sample().shape",
    "d.log_prob(d.sample((3,)))",
    "d.cdf(d.sample((3,)))",
    "d.icdf(torch.tensor([0.2, 0.7]))",
    "d.enumerate_support()",
    "repr(d.support)",
    "d.log_prob(torch.full((7, *d.batch_shape, *d.event_shape), -1.5))",
)


def evaluated(package: Any, code: str, question: str) -> Any:
    package.manual_seed(5)
    distribution = outcome(f"lambda D: {code}", package, {})[0](package.distributions)
    return outcome(question, package, {"d": distribution, "D": package.distributions})


def compare(code: str, question: str) -> None:
    import torch

    import graphnet

    ours, theirs = evaluated(graphnet, code, question), evaluated(torch, code, question)
    assert same(ours, theirs), f"{code}: {question}\n  graphnet: {ours}\n  PyTorch:  {theirs}"


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", MAKERS)
def test_a_distribution_is_pytorchs(name: str, question: str) -> None:
    compare(MAKERS[name], question)


GRADIENTS: dict[str, Callable[[Any, Any], Any]] = {
    "Normal": lambda D, x: D.Normal(x, x.exp()),
    "Laplace": lambda D, x: D.Laplace(x, x.exp()),
    "Uniform": lambda D, x: D.Uniform(x, x + x.exp()),
    "Exponential": lambda D, x: D.Exponential(x.exp()),
    "Gumbel": lambda D, x: D.Gumbel(x, x.exp()),
    "MultivariateNormal": lambda D, x: D.MultivariateNormal(x, x.exp().diag_embed()),
    "RelaxedOneHotCategorical": lambda D, x: D.RelaxedOneHotCategorical(
        x.new_tensor(0.5), logits=x
    ),
    "LogNormal": lambda D, x: D.LogNormal(x, x.exp()),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_samples_and_densities_have_the_gradients(name: str) -> None:
    import numpy as np
    import torch

    import graphnet

    found = []
    for package in (graphnet, torch):
        package.manual_seed(2)
        x = package.tensor([0.3, -0.2, 0.5], requires_grad=True)
        distribution = GRADIENTS[name](package.distributions, x)
        sample = distribution.rsample((4,))
        (sample.sum() + distribution.log_prob(sample.detach()).sum()).backward()
        assert x.grad is not None
        found.append(x.grad.numpy())
    np.testing.assert_allclose(*found, rtol=1e-4)


def test_a_gamma_number_has_the_derivative_by_its_concentration() -> None:
    import numpy as np
    import torch

    import graphnet

    found = []
    for package in (graphnet, torch):
        package.manual_seed(2)
        a = package.tensor([0.3, 1.0, 4.0, 40.0], requires_grad=True)
        package.distributions.Gamma(a, 2.0).rsample((50,)).sum().backward()
        assert a.grad is not None
        found.append(a.grad.numpy())
    # PyTorch's rests on an approximation that is good to four digits.
    np.testing.assert_allclose(*found, rtol=1e-3)


PAIRS = [
    *((name, name) for name in MAKERS),
    *itertools.product(["Normal", "Laplace", "Exponential", "Gamma", "Uniform"], repeat=2),
    ("Bernoulli", "Poisson"),
    ("Poisson", "Bernoulli"),
    ("Beta", "Pareto"),
]


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_the_divergence_is_pytorchs(p: str, q: str) -> None:
    code = f"({MAKERS[p]}, {MAKERS[q].replace('0.7', '0.6').replace('0.8', '0.75')})"
    compare(code, "D.kl_divergence(d[0], d[1])")


@pytest.mark.parametrize(
    "code",
    [
        "torch.distributions.Normal(torch.tensor([1.0]), torch.tensor([-1.0]))",
        "torch.distributions.Normal(torch.tensor([float('nan')]), 1.0)",
        "torch.distributions.Normal('a', 1.0)",
        "torch.distributions.Categorical()",
        "torch.distributions.Categorical(torch.ones(2), torch.ones(2))",
        "torch.distributions.Categorical(torch.tensor(1.0))",
        "torch.distributions.Categorical(torch.tensor([-1.0, 2.0]))",
        "torch.distributions.Bernoulli(torch.tensor([1.5]))",
        "torch.distributions.Normal(0.0, 1.0).log_prob(1.0)",
        "torch.distributions.Categorical(torch.ones(2)).log_prob(torch.tensor([2]))",
        "torch.distributions.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3))",
        "torch.distributions.Uniform(1.0, 0.0)",
        "torch.distributions.MultivariateNormal(torch.zeros(2))",
        "torch.distributions.MultivariateNormal(torch.zeros(2), -torch.eye(2))",
        "torch.distributions.Dirichlet(torch.tensor(1.0))",
        "torch.distributions.Independent(torch.distributions.Normal(0.0, 1.0), 1)",
        "torch.distributions.Normal(0.0, 1.0, validate_args=False).log_prob(torch.tensor(1.0))",
        "torch.distributions.Poisson(torch.tensor([2.0])).rsample()",
    ],
)
def test_errors_are_pytorchs(code: str) -> None:
    check(code)


@pytest.mark.parametrize(
    "transform",
    [
        "ExpTransform()",
        "SigmoidTransform()",
        "TanhTransform()",
        "SoftplusTransform()",
        "AffineTransform(0.5, -2.0)",
        "PowerTransform(torch.tensor(2.0))",
        "StickBreakingTransform()",
        "SoftmaxTransform()",
        "CorrCholeskyTransform()",
        "ComposeTransform([AffineTransform(0.0, 0.5), ExpTransform()])",
        "ReshapeTransform((3,), (3, 1))",
        "StackTransform([ExpTransform(), TanhTransform(), identity_transform], dim=-1)",
        "CatTransform([ExpTransform(), TanhTransform()], dim=-1, lengths=[1, 2])",
        "IndependentTransform(ExpTransform(), 1)",
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        "t(v)",
        "t.inv(t(v))",
        "t.log_abs_det_jacobian(v, t(v))",
        "t.forward_shape((3,)), t.bijective",
        "repr(t.domain), repr(t.codomain)",
        "t.sign",
    ],
)
def test_transforms_are_pytorchs(transform: str, question: str) -> None:
    import torch

    import graphnet

    found = []
    for package in (graphnet, torch):
        names = vars(package.distributions.transforms) | {"torch": package}
        made = eval(transform, dict(names))
        v = package.tensor([[0.3, 0.8, 0.5]])
        found.append(outcome(question, package, {"t": made, "v": v}))
    assert same(*found), f"{transform}: {question}\n{found[0]}\n{found[1]}"


@pytest.mark.parametrize(
    "constraint",
    [
        "real",
        "positive",
        "unit_interval",
        "simplex",
        "interval(-1.0, 3.0)",
        "greater_than(2.0)",
        "less_than(2.0)",
        "lower_cholesky",
        "corr_cholesky",
        "independent(positive, 1)",
    ],
)
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_constraints_have_pytorchs_transforms(constraint: str, registry: str) -> None:
    import torch

    import graphnet

    found = []
    for package in (graphnet, torch):
        region = eval(constraint, dict(vars(package.distributions.constraints)))
        names = {"c": region, "to": getattr(package.distributions, registry)}
        v = package.tensor([[0.3, 0.8, 0.5], [1.0, -2.0, 0.1], [0.0, 0.2, 0.4]])
        found.append(outcome("to(c)(v), repr(c), c.check(to(c)(v))", package, names | {"v": v}))
    assert same(*found), f"{constraint}\n{found[0]}\n{found[1]}"
