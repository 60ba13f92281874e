"""Statistics as messages."""
