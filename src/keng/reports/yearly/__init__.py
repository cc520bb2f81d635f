"""The yearly list: what worked at which commune, for its province."""
