"""Digests: what a team wants to be told, when it is due, and its delivery."""
