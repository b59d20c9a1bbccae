"""Probability distributions: ``torch.distributions``.

Each draws values (:meth:`~Distribution.sample`, differentiably :meth:`~Distribution.rsample`),
knows the logarithm of its density (:meth:`~Distribution.log_prob`), its moments and entropy. The
same seed gives PyTorch's own values.

Source: PyTorch's page "Probability distributions - torch.distributions".
"""

from graphnet.distributions import constraints as constraints
from graphnet.distributions import transforms as transforms
from graphnet.distributions.bernoulli import Bernoulli
from graphnet.distributions.beta import Beta
from graphnet.distributions.binomial import Binomial
from graphnet.distributions.categorical import Categorical
from graphnet.distributions.cauchy import Cauchy
from graphnet.distributions.chi2 import Chi2
from graphnet.distributions.constraint_registry import biject_to, transform_to
from graphnet.distributions.continuous_bernoulli import ContinuousBernoulli
from graphnet.distributions.dirichlet import Dirichlet
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.exponential import Exponential
from graphnet.distributions.fishersnedecor import FisherSnedecor
from graphnet.distributions.gamma import Gamma
from graphnet.distributions.generalized_pareto import GeneralizedPareto
from graphnet.distributions.geometric import Geometric
from graphnet.distributions.gumbel import Gumbel
from graphnet.distributions.half_normal import HalfCauchy, HalfNormal
from graphnet.distributions.independent import Independent
from graphnet.distributions.inverse_gamma import InverseGamma
from graphnet.distributions.kl import kl_divergence, register_kl
from graphnet.distributions.kumaraswamy import Kumaraswamy
from graphnet.distributions.laplace import Laplace
from graphnet.distributions.lkj_cholesky import LKJCholesky
from graphnet.distributions.log_normal import LogNormal
from graphnet.distributions.logistic_normal import LogisticNormal
from graphnet.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from graphnet.distributions.mixture_same_family import MixtureSameFamily
from graphnet.distributions.multinomial import Multinomial
from graphnet.distributions.multivariate_normal import MultivariateNormal
from graphnet.distributions.negative_binomial import NegativeBinomial
from graphnet.distributions.normal import Normal
from graphnet.distributions.one_hot_categorical import (
    OneHotCategorical,
    OneHotCategoricalStraightThrough,
)
from graphnet.distributions.pareto import Pareto
from graphnet.distributions.poisson import Poisson
from graphnet.distributions.relaxed_bernoulli import RelaxedBernoulli
from graphnet.distributions.relaxed_categorical import RelaxedOneHotCategorical
from graphnet.distributions.studentT import StudentT
from graphnet.distributions.transformed_distribution import TransformedDistribution
from graphnet.distributions.transforms import *  # noqa: F403  # the transforms say what they export
from graphnet.distributions.uniform import Uniform
from graphnet.distributions.von_mises import VonMises
from graphnet.distributions.weibull import Weibull
from graphnet.distributions.wishart import Wishart

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "ContinuousBernoulli",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "ExponentialFamily",
    "FisherSnedecor",
    "Gamma",
    "GeneralizedPareto",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "LogisticNormal",
    "LowRankMultivariateNormal",
    "MixtureSameFamily",
    "Multinomial",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Pareto",
    "Poisson",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "StudentT",
    "TransformedDistribution",
    "Uniform",
    "VonMises",
    "Weibull",
    "Wishart",
    "biject_to",
    "kl_divergence",
    "register_kl",
    "transform_to",
]
__all__ += transforms.__all__
