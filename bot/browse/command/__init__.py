"""Words of a command for a list, read and written: filters, names, times."""
