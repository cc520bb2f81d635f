"""The public log: one Merkle log over the entries of all chains, which outsiders can check."""
