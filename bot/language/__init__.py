"""The language people type: text in, a question out, or an error that says what to type instead.

Pure: no I/O, and the clock and the zone are handed in.
"""
