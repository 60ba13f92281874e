"""Browsing: which rows one message shows, what lies before and after them, and how to come back."""
