"""Instances as a file."""
