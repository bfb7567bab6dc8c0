from .embedding.choice import Embedding as Embedding
from .embedding.choice import choose_embedding as choose_embedding
from .embedding.choice import delay_embedding as delay_embedding
from .embedding.delays import delay_time as delay_time
from .embedding.dimension import cao as cao
from .embedding.dimension import false_nearest_neighbours as false_nearest_neighbours
from .embedding.nonuniform import pecuzal as pecuzal
from .fields.frame_scores import correlation_time as correlation_time
from .fields.frame_scores import nmse as nmse
from .fields.frame_scores import rmse as rmse
from .fields.frame_scores import ssim as ssim
from .fields.pod import pod_divergence as pod_divergence
from .fields.radial_spectrum import radial_energy_spectrum as radial_energy_spectrum
from .fields.radial_spectrum import radial_spectrum_distance as radial_spectrum_distance
from .forecasts.prediction_error import prediction_error as prediction_error
from .forecasts.prediction_time import valid_prediction_time as valid_prediction_time
from .forecasts.skill import forecast_skill as forecast_skill
from .geometry.distances import energy_distance as energy_distance
from .geometry.distances import hausdorff_distance as hausdorff_distance
from .geometry.distances import maximum_mean_discrepancy as maximum_mean_discrepancy
from .geometry.distances import sliced_wasserstein as sliced_wasserstein
from .geometry.lagged import lagged_divergence as lagged_divergence
from .geometry.nearest_neighbours import (
    nearest_neighbour_divergence as nearest_neighbour_divergence,
)
from .geometry.state_space import state_space_divergence as state_space_divergence
from .invariants.complexity import dispersion_entropy as dispersion_entropy
from .invariants.complexity import lempel_ziv_complexity as lempel_ziv_complexity
from .invariants.complexity import statistical_complexity as statistical_complexity
from .invariants.covariant import covariant_lyapunov_vectors as covariant_lyapunov_vectors
from .invariants.cross_recurrence import cross_recurrence as cross_recurrence
from .invariants.cross_recurrence import joint_recurrence as joint_recurrence
from .invariants.dimension import correlation_dimension as correlation_dimension
from .invariants.entropy import permutation_entropy as permutation_entropy
from .invariants.exponent_from_data import largest_lyapunov_from_data as largest_lyapunov_from_data
from .invariants.generalised import generalised_dimensions as generalised_dimensions
from .invariants.local_dimension import local_dimension as local_dimension
from .invariants.lyapunov import kaplan_yorke as kaplan_yorke
from .invariants.lyapunov import lyapunov_spectrum as lyapunov_spectrum
from .invariants.orbit_diagram import orbit_diagram as orbit_diagram
from .invariants.recurrence import recurrence_quantification as recurrence_quantification
from .invariants.sample_entropy import multiscale_entropy as multiscale_entropy
from .invariants.sample_entropy import sample_entropy as sample_entropy
from .invariants.sections import poincare_section as poincare_section
from .invariants.sections import return_map as return_map
from .invariants.spectrum_from_data import (
    lyapunov_spectrum_from_data as lyapunov_spectrum_from_data,
)
from .invariants.zero_one import zero_one_test as zero_one_test
from .judging.scorecard import Judgement as Judgement
from .judging.scorecard import evaluate as evaluate
from .judging.scorecard import judged as judged
from .judging.scorecard import metrics_to_json as metrics_to_json
from .spectra.distances import autocorrelation_distance as autocorrelation_distance
from .spectra.distances import hellinger_spectral_distance as hellinger_spectral_distance
from .surrogates import gaussian_cloud as gaussian_cloud
from .surrogates import iaaft as iaaft
from .surrogates import shuffled as shuffled
from .topology.basins import basin_agreement as basin_agreement
from .topology.topological_error import topological_error as topological_error
