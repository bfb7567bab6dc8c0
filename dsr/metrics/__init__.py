"""The attractor-metrics suite: data, a model's run and a field are judged by the same functions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.metrics.basins import basin_agreement
    from dsr.metrics.covariant import covariant_lyapunov_vectors
    from dsr.metrics.delays import delay_time
    from dsr.metrics.dimension import correlation_dimension
    from dsr.metrics.distances import (
        energy_distance,
        hausdorff_distance,
        maximum_mean_discrepancy,
        sliced_wasserstein,
    )
    from dsr.metrics.embedding import cao, delay_embedding, false_nearest_neighbours
    from dsr.metrics.entropy import permutation_entropy
    from dsr.metrics.fields import (
        correlation_time,
        nmse,
        radial_energy_spectrum,
        radial_spectrum_distance,
        rmse,
        ssim,
    )
    from dsr.metrics.forecast import prediction_error
    from dsr.metrics.from_data import largest_lyapunov_from_data
    from dsr.metrics.generalised import generalised_dimensions
    from dsr.metrics.horizon import forecast_skill
    from dsr.metrics.lyapunov import kaplan_yorke, lyapunov_spectrum
    from dsr.metrics.nonuniform import pecuzal
    from dsr.metrics.pod import pod_divergence
    from dsr.metrics.prediction_time import valid_prediction_time
    from dsr.metrics.recurrence import recurrence_quantification
    from dsr.metrics.scorecard import evaluate, metrics_to_json
    from dsr.metrics.spectra import autocorrelation_distance, hellinger_spectral_distance
    from dsr.metrics.state_space import state_space_divergence
    from dsr.metrics.surrogates import gaussian_cloud, iaaft, shuffled
    from dsr.metrics.topology import topological_error

_ATTRIBUTES = {
    "autocorrelation_distance": "spectra",
    "basin_agreement": "basins",
    "cao": "embedding",
    "correlation_dimension": "dimension",
    "correlation_time": "fields",
    "covariant_lyapunov_vectors": "covariant",
    "delay_embedding": "embedding",
    "delay_time": "delays",
    "energy_distance": "distances",
    "evaluate": "scorecard",
    "false_nearest_neighbours": "embedding",
    "forecast_skill": "horizon",
    "gaussian_cloud": "surrogates",
    "generalised_dimensions": "generalised",
    "hausdorff_distance": "distances",
    "hellinger_spectral_distance": "spectra",
    "iaaft": "surrogates",
    "kaplan_yorke": "lyapunov",
    "largest_lyapunov_from_data": "from_data",
    "lyapunov_spectrum": "lyapunov",
    "maximum_mean_discrepancy": "distances",
    "metrics_to_json": "scorecard",
    "nmse": "fields",
    "pecuzal": "nonuniform",
    "permutation_entropy": "entropy",
    "pod_divergence": "pod",
    "prediction_error": "forecast",
    "radial_energy_spectrum": "fields",
    "radial_spectrum_distance": "fields",
    "recurrence_quantification": "recurrence",
    "rmse": "fields",
    "shuffled": "surrogates",
    "sliced_wasserstein": "distances",
    "ssim": "fields",
    "state_space_divergence": "state_space",
    "topological_error": "topology",
    "valid_prediction_time": "prediction_time",
}

__all__ = [
    "autocorrelation_distance", "basin_agreement", "cao", "correlation_dimension",
    "correlation_time", "covariant_lyapunov_vectors", "delay_embedding", "delay_time",
    "energy_distance", "evaluate", "false_nearest_neighbours", "forecast_skill", "gaussian_cloud",
    "generalised_dimensions", "hausdorff_distance", "hellinger_spectral_distance", "iaaft",
    "kaplan_yorke", "largest_lyapunov_from_data", "lyapunov_spectrum", "maximum_mean_discrepancy",
    "metrics_to_json", "nmse", "pecuzal", "permutation_entropy", "pod_divergence",
    "prediction_error", "radial_energy_spectrum", "radial_spectrum_distance",
    "recurrence_quantification", "rmse", "shuffled", "sliced_wasserstein", "ssim",
    "state_space_divergence", "topological_error", "valid_prediction_time",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _ATTRIBUTES:
        return getattr(import_module(f"dsr.metrics.{_ATTRIBUTES[name]}"), name)
    raise AttributeError(f"module 'dsr.metrics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
