"""What delivery does: taking in, sending out, and what leads and officers say came of it."""
