"""Small faults over everything that protects, each with the test that must not let it pass.

`python -m tests.planted` plants them one at a time in a copy of the tree and runs those tests.
"""
