"""The desk's pages of the periodic report."""
