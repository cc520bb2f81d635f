"""How much one network may ask for, counted for every process at once; never of a report."""
