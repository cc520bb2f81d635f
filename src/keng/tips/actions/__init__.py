"""Everything that changes a tip. Each function is one step that an officer can explain."""
