"""The playground's web page, which displays the local Slack."""
