"""What somebody may ask of the data about them: asked by receipt or by a form, decided in time."""
