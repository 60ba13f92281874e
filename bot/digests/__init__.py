"""Digests: what a channel is told and when, what there is to report, and what became of each run."""
