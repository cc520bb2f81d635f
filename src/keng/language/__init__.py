"""Vietnamese text in plain Python: folding, indicators, categories, similarity, house style."""
