"""Labelled arrays: which dimension is time, which are trajectories, which variables."""
