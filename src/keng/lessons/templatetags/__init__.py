"""Words of lessons for templates."""
