"""State space from few variables: delays, and how many of them."""
