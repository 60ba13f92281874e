"""Digests as messages, forms and windows."""
