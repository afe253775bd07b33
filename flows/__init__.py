"""The conversation: pure and synchronous, the same on every messenger."""
