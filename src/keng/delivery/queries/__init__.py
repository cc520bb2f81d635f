"""Reads of delivery: what came of a dispatch, whom it covered, what a lead has to pass on."""
