"""How far a predicted population is from the true one.

Every metric is a function of samples, so that its floor can be measured: the same metric between
two independent runs of the full model.
"""

from hoam.metrics.distances import (
    gaussian_wasserstein,
    moment_errors,
    moments,
    sinkhorn_divergence,
)
from hoam.metrics.energy import electric_energy, growth_rate, relative_error, relative_l2_error

__all__ = [
    "electric_energy",
    "gaussian_wasserstein",
    "growth_rate",
    "moment_errors",
    "moments",
    "relative_error",
    "relative_l2_error",
    "sinkhorn_divergence",
]
