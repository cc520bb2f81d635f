"""A plainly fictional province to try everything in: data, officers and simulated phones."""
