"""Several lists of the API shown as one: by creation, or by the end of their instances."""
