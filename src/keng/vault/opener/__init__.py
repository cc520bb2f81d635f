"""The opener: a process of its own in which alone a split key comes together, for one record.

Nothing in here needs Django, and what it has open when it gives up its rights is all it ever has.
"""
