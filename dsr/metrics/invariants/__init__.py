"""What no change of coordinates alters: exponents, dimensions, entropies, recurrence."""
