"""Delivers digests: finds what is due, posts it once, and takes over from workers that have died."""
