"""The dashboard: what each figure counts, and the list behind each number."""
