"""What changes about partners: who they are, what they publish, what they pass on."""
