"""Which workflow has an instance."""
