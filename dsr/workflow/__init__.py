"""A file in, a judged run out."""
