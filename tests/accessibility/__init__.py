"""Every screen, read as assistive technology reads it."""
