"""The pages of a lead, opened by their own link."""
