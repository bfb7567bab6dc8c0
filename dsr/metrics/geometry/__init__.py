"""Where a system is: distances between the sets of points that two series visit."""
