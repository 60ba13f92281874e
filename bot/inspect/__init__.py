"""One instance: what it did, why it failed, what went in and came out."""
