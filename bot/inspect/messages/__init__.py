"""One instance as Block Kit: pure, values in and blocks out."""
