"""The pages around the report: home, places, the first hour, what we keep, leaving."""
