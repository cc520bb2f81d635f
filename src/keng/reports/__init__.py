"""Read only: the figures of the desk, each from one definition, each leading to its list."""
