"""The file of a tip that investigators get: what was said and decided, copies, sealed originals."""
