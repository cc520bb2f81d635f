"""The hot endpoints: webhooks and health, a raw ASGI app that writes in batches."""
