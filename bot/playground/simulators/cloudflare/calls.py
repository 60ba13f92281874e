"""Records of requests to the simulated account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from multidict import CIMultiDictProxy

Operation: TypeAlias = Literal[
    "list_workflows",
    "get_workflow",
    "list_versions",
    "get_version",
    "list_instances",
    "get_instance",
    "get_step",
    "query_analytics",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A request as it arrived; ``path`` keeps its percent-encoding."""

    operation: Operation
    method: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDictProxy[str]
    at: datetime
