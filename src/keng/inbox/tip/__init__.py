"""The page of one tip, composed of what the areas below know of it."""
