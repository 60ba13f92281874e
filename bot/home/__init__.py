"""What greets people: help."""
