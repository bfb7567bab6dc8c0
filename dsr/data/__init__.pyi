import dsr.catalogue as _catalogue

from .cleaning import clean as clean
from .doors import as_series as as_series
from .doors import load as load
from .doors import trajectories as trajectories
from .embedding import delay_embed as delay_embed
from .files import atomic_write as atomic_write
from .files import fingerprint as fingerprint
from .files import read_dataset as read_dataset
from .files import read_tree as read_tree
from .files import to_attrs as to_attrs
from .files import write_dataset as write_dataset
from .scaler import Scaler as Scaler
from .series import lengths as lengths
from .series import make_series as make_series
from .split import split_series as split_series
from .summary import describe as describe

System = _catalogue.System
simulate = _catalogue.simulate
system = _catalogue.system
systems = _catalogue.systems
