"""A Slack bot that browses Cloudflare Workflows instances."""

__version__ = "0.1.0"
