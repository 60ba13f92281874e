"""Block Kit: pure functions from what is to be shown to what Slack is sent."""
