"""The list of tips: by deadline, in groups, page by page."""
