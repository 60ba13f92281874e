"""Slack in, Slack out: one file per surface, each with a `register(app, …)`."""
