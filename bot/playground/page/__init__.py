"""The playground's page: what a browser shows of the local Slack, and what it may do there."""
