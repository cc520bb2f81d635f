"""Small shared things with a name each; imports no area."""
