"""The sender's own code in a world that is simulated: clock, wire, database, and who is killed.

One seed decides everything, so that whatever fails fails again: `python -m tests.simulation`.
"""
