"""Numbers with what is counted, in words."""


def plural(count: int, one: str, many: str) -> str:
    """Format a number with its noun: `1 workflow`, `2 workflows`."""
    return f"{count:,} {one if count == 1 else many}"
