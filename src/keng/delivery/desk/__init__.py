"""Officers' pages of delivery: what came of a dispatch, coverage, and what to hand out to leads."""
