"""Which workflows most likely have an instance."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.find.model import Candidate, Hit
from bot.find.targets import Target
from bot.language import name_matching

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def likeliest_first(candidates: Sequence[Candidate], target: Target, hits: Sequence[Hit]) -> list[Candidate]:
    """Return candidates in the order in which it is best to look for a target.

    First those that the text names beside it, then those of other instances in the same text, those whose
    names are like the beginning of the id, and those that were active last.
    """
    names = [candidate.workflow.name for candidate in candidates]
    with_hits = {(hit.subject.account, hit.subject.workflow) for hit in hits}
    alike = name_matching.find_similar(target.text.split("-")[0].split("_")[0], names)

    def rank(candidate: Candidate) -> tuple[bool, bool, int, float, str]:
        name = candidate.workflow.name
        active = candidate.workflow.triggered_on or candidate.workflow.modified_on or _LONG_AGO
        return (
            name != target.near,
            (candidate.account, name) not in with_hits,
            alike.index(name) if name in alike else len(alike),
            -active.timestamp() if active is not _LONG_AGO else 0.0,
            name,
        )

    return sorted(candidates, key=rank)
