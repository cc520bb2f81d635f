"""Opening what is sealed, by two people: their keys, the asking, the second person, the record."""
