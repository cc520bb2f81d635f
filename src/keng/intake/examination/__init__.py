"""What the machine notes about a committed tip: indicators, suggestions, a short reference."""
