"""The public summary of the province: what everybody reads here anyway, as one signed note."""
