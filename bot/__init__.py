"""A Slack bot that browses Cloudflare Workflows instances."""
