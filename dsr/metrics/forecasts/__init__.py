"""How far ahead a model sees."""
