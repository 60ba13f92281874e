"""A local Slack and a simulated Cloudflare account, to try and to test the bot."""
