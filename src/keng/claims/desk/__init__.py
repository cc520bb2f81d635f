"""The desk's pages of claims: the list, a claim, writing, the second person's decisions."""
