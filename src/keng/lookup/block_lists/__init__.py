"""Lists of others (hosts, CSV) that the operator brings in with source, licence and last day."""
