"""
A field with land
=================

Maps over time are taken as they are: with latitudes and longitudes, and with land where nothing is
measured. Two travelling waves in noise are such a field, and one whose frequencies are known.
"""

# %%
# The field
# ---------
#
# One wave goes east, a weaker one west, seen every six hours. Cells on land are NaN at all times.
# A NetCDF file with dims ``(time, lat, lon)`` would be read by ``dsr.load("file.nc")``.

import numpy as np
import xarray as xr

import dsr

PERIODS = (10.0, 3.7)  # days
lat, lon = np.linspace(30, 46, 20), np.linspace(0, 36, 32)
day = 0.25 * np.arange(1_600)
t, y, x = np.meshgrid(day, lat, lon, indexing="ij", sparse=True)
waves = np.sin(2 * np.pi * (t / PERIODS[0] - x / 24)) + 0.5 * np.cos(
    2 * np.pi * (t / PERIODS[1] + x / 18 + y / 12)
)
rng = np.random.default_rng(0)
values = waves * np.cos(np.radians(y)) + 0.1 * rng.standard_normal(waves.shape)
land = ((x - 26) / 7) ** 2 + ((y - 41) / 4) ** 2 < 1
values[:, land[0]] = np.nan

field = dsr.data.as_series(
    xr.DataArray(
        values, dims=("time", "lat", "lon"), name="anomaly",
        coords={
            "time": ("time", day, {"units": "days"}),
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
    )
)  # fmt: skip
field

# %%
# Three models
# ------------
#
# Dynamic mode decomposition finds the leading patterns, here as many as stand out of the noise, and
# the linear map that takes them a step further. A climatology knows the mean of each phase of the
# day, and persistence says that nothing changes; what does not beat them has learned nothing. Each
# runs freely over the last fifth, which no fit has seen. On the command line this is ``dsr fit FILE
# --model dmd``.

train, test = dsr.data.split_series(field)
models = {
    "dmd": dsr.models.DMD(),
    "climatology": dsr.models.Climatology(),
    "persistence": dsr.models.Persistence(),
}
scores = {
    name: dsr.metrics.evaluate(test, model.fit(train), independent=train)
    for name, model in models.items()
}
for name, found in scores.items():
    print(f"{name:12s} rmse {float(found['rmse']):.3f}   {found.attrs['verdict']}")

# %%
# Modes
# -----
#
# Each wave is a pair of modes, whose eigenvalues tell its period and how fast it decays. Noise
# makes modes decay that do not: the growth rates are a little below zero.

modes = models["dmd"].diagnostics()["modes"]
modes = modes.isel(mode=modes["frequency"].values > 0)
days = 1 / modes["frequency"].values / 86_400
growth = modes["growth_rate"].values * 86_400
for period, found, rate in zip(PERIODS, days, growth, strict=True):
    print(f"{period:5.2f} days, found {found:.3f} days, growth {rate:+.5f} per day")

# %%
# Forecast
# --------
#
# From the last fitted map on: what came, what the model said, and the difference. The slider goes
# through the forecast.

forecast = models["dmd"].forecast(train, test.sizes["time"])
comparison = dsr.plots.field_comparison(test, forecast)

# %%
# The error over lead time, of free runs from the first held-out map. That of the model stays hardly
# above the noise of the data, which no model can foretell.

errors = dsr.plots.field_error(scores)
