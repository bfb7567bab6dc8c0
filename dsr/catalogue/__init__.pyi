from .definition import System as System
from .reference import reference_names as reference_names
from .reference import reference_values as reference_values
from .registry import system as system
from .registry import systems as systems
from .simulation import simulate as simulate
