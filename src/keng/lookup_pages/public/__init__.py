"""The look-up on the public site: searching, objecting."""
