"""A survey question by question in a chat: what the edge hears, what the worker says."""
