"""Settings, the URL maps of the two sites, and what guards them."""
