"""Reads of tips and incidents for the desk. Every one starts from visible_to."""
