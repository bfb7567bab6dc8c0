"""Compiled recurrences and counting loops: arrays in, arrays out, no labels and no files."""
