"""Which limit set a start reaches."""
