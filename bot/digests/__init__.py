"""Digests: what a team wants to be told and when; what there is to tell; and what became of each."""
