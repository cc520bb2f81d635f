"""The look-up as people meet it: the public page, the chat, the desk, the proposal from a tip."""
