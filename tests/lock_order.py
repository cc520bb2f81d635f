"""Locks that are still taken against the order of keng.acts.locks. Only ever fewer."""

# What is held, and what is locked then though it stands before it.
STILL_BACKWARDS: set[tuple[str, str]] = {
    # A decision on one tip locks its incident first, as long as it does not go through the kernel
    # (decisions.incident_lead.lock_incident_of).
    ("tips_incident", "tips_tip"),
}
