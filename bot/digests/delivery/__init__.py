"""Digest deliveries: record what is due, build the message, post it exactly once, record the result."""
