"""How failures fall into groups. Pure: this command and digests group alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.cloudflare.causes import Cause, Fingerprint, fingerprint

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What the failures of a group have in common.

    Attributes:
        workflow: the workflow's name.
        fingerprint: of why they failed, with the step that failed in it; None where it could not be read.
    """

    workflow: str
    fingerprint: Fingerprint | None


def group_by_cause(
    failed: Iterable[tuple[str, T, Cause | None]],
) -> Mapping[GroupKey, list[tuple[T, Cause | None]]]:
    """Return failures by their workflow and cause, each group in the order of its members.

    Args:
        failed: the name of the workflow, the failure, and why it failed; None where that could not be read.
    """
    groups: dict[GroupKey, list[tuple[T, Cause | None]]] = {}
    for workflow, one, cause in failed:
        key = GroupKey(workflow, None if cause is None else fingerprint(cause))
        groups.setdefault(key, []).append((one, cause))
    return groups
