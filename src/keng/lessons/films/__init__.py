"""Short films: looked at with suspicion, made small for cheap phones, captioned."""
