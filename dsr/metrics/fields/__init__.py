"""Fields: errors frame by frame, structure, radial spectra, leading modes."""
