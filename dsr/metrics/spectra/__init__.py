"""How it moves in time: spectra, autocorrelations, time scales."""
