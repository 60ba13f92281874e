"""The overview of all workflows: their counts, what is wrong with them, and in which order."""
