"""What was taken for what, so that every answer can say how its command was read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that the language does not have, and that were read because their meaning is certain.

    Attributes:
        typed: as they were typed.
        meant: what they were read as, as it is typed; empty if they were left out, as they add nothing.
    """

    typed: str
    meant: str
