"""What was taken for what, so that every answer can say how its command was read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that were certain enough to be read, though they are not the ones of the language.

    Attributes:
        typed: as they were typed.
        meant: what they were read as, as it is typed; empty where they were left out as adding nothing.
    """

    typed: str
    meant: str
