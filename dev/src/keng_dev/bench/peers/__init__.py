"""Other senders at the same sink.

They run in an environment of their own: nothing of Kẻng, its tools or its tests depends on them
(requirements/bench.in).
"""
