"""What was taken for what, so that every answer can say how its command was read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that the language does not have, and that were read because their meaning is certain.

    Attributes:
        typed: as they were typed; empty if something was added that only one thing can be meant by.
        meant: what they were read as, as it is typed; empty if they were left out, as they add nothing.
        why: what makes certain what was added, as it stands behind a comma in mrkdwn.
    """

    typed: str
    meant: str
    why: str = ""
