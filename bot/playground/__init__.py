"""A local Slack and a simulated Cloudflare account: for trying the bot, and for testing it."""
