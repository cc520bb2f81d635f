"""The page of a country: the signed public summaries of its provinces, pulled and verified."""
