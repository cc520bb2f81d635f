"""Administrative units with their history, police units, jurisdictions and the calendar."""
