"""The half-Cauchy distribution, which shares what it is with the half-normal one."""

from graphnet.distributions.half_normal import HalfCauchy

__all__ = ["HalfCauchy"]
