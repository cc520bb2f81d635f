"""Everything that changes a listing or a dispute."""
