"""A critical tip rings until somebody takes it."""
