"""Training and test parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.data.series import lengths, make_series, trajectories

if TYPE_CHECKING:
    import xarray as xr


def split_series(series: xr.DataArray, test: float = 0.2) -> tuple[xr.DataArray, xr.DataArray]:
    """Split off the test part."""
    if "split" in series.coords and {"train", "test"} <= set(series["split"].values.tolist()):
        kind = series["split"].values
        return series.isel(trajectory=kind == "train"), series.isel(trajectory=kind == "test")
    cuts = [n - max(1, round(test * n)) for n in lengths(series)]
    parts = trajectories(series)
    if len(parts) == 1:
        return series.isel(time=slice(0, cuts[0])), series.isel(time=slice(cuts[0], None))
    return (
        make_series([p[:c] for p, c in zip(parts, cuts, strict=True)], like=series),
        make_series([p[c:] for p, c in zip(parts, cuts, strict=True)], like=series),
    )
