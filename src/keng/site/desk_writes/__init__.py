"""Whose rows the desk writes, table by table; `row_policies.py` gathers them. No Django here."""
