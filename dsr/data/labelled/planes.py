"""The plane of a field: which two dimensions span it, and the coordinates that lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

_NAMES = {
    "y": ("y", "lat", "latitude", "nav_lat", "xlat", "yc", "rlat", "nlat", "ny", "j", "row",
          "projection_y_coordinate", "grid_latitude"),
    "x": ("x", "lon", "longitude", "nav_lon", "xlong", "xc", "rlon", "nlon", "nx", "i", "column",
          "projection_x_coordinate", "grid_longitude"),
}  # fmt: skip
_UNITS = {"y": ("degrees_north", "degree_north"), "x": ("degrees_east", "degree_east")}
_TAKEN = ("trajectory", "time", "channel", "variable", "length", "split")


def spatial_dims(dataset: xr.Dataset, dims: list[str]) -> list[str]:
    """Those of some dimensions that lie in space, the northward one first where that is known.

    Examples
    --------
    >>> import xarray as xr
    >>> spatial_dims(xr.Dataset(), ["lon", "level", "lat"])
    ['lat', 'lon']
    """
    axes = {d: axis_of(dataset[d] if d in dataset.variables else None, d) for d in dims}
    for name, variable in dataset.variables.items():
        if variable.ndim == 2 and {*variable.dims} <= {*dims} and axis_of(variable, str(name)):
            for dim, axis in zip(variable.dims, "yx", strict=True):
                axes[str(dim)] = axes[str(dim)] or axis
    found = [d for d in dims if axes[d]]
    return sorted(found, key=lambda d: axes[d] != "y")


def axis_of(variable: Any, name: str) -> str:
    """Axis ``"y"`` or ``"x"`` that attributes (CF) or the name of a variable tell, or ""."""
    attrs = {} if variable is None else variable.attrs
    for axis in ("y", "x"):
        if (
            name.lower() in _NAMES[axis]
            or attrs.get("axis") == axis.upper()
            or attrs.get("standard_name") in _NAMES[axis]
            or str(attrs.get("units", "")).lower() in _UNITS[axis]
        ):
            return axis
    return ""


def plane_of(dataset: xr.Dataset, y: str, x: str) -> dict[str, Any]:
    """Coordinates on two dimensions by name, ``(dims, values, attrs)`` with the dims ``y``, ``x``.

    They keep their own names; those of the dimensions themselves stand under ``y`` and ``x`` too.
    """
    called = {y: "y", x: "x"}
    space: dict[str, Any] = {}
    for key, variable in dataset.variables.items():
        name = str(key)
        if not variable.dims or not set(variable.dims) <= {y, x} or name in _TAKEN:
            continue
        if key not in dataset.coords and not axis_of(variable, name):
            continue
        dims = tuple(called[str(d)] for d in variable.dims)
        entry = (dims, variable.values, dict(variable.attrs))
        if name in called:
            space[called[name]] = entry
        if name not in ("y", "x"):
            space[name] = entry
        elif dims == (name,):
            space.setdefault(name, entry)
        else:
            space[f"{name}_{'_'.join(dims)}"] = entry
    return space
