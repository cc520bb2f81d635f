"""How an installation answers after years: `keng bench scale`, and the plans of what is hot."""
