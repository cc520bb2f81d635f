"""Locks that are still taken against the order of keng.acts.locks. Only ever fewer."""

# What is held, and what is locked then though it stands before it.
STILL_BACKWARDS: set[tuple[str, str]] = set()
