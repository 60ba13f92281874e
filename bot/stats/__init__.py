"""How a workflow does over time."""
