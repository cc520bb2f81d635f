"""Records from before Kẻng: earlier tips and warnings, brought in from sheets by two people."""
