"""A witness of public logs: it cosigns what only grows, in a place that the log's owner has not."""
