"""What failed, by cause."""
