"""The auditor's page: who did what in an area, and whether the chains are whole."""
