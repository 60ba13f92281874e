"""Slack: the way in and the way out."""
