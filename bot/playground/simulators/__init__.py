"""A local Slack and a simulated Cloudflare, which the tests use, too."""
