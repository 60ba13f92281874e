"""Buttons, menus and shortcuts: the request that each stands for, and how a button carries it."""

import re
from collections.abc import Callable
from typing import Final

from bot.browse.bookmark import AnyBookmark, Bookmark
from bot.browse.requests import (
    AtPlace,
    DeleteShared,
    OpenFilter,
    OpenList,
    RefreshPage,
    ShareList,
    ShowFailures,
    ShowInstance,
    SuggestNames,
    SuggestWorkflow,
    TurnPage,
)
from bot.digests.command.requests import (
    DIGEST_CODEC,
    OfDigest,
    OfInstances,
    OpenForm,
    OpenInstances,
    PreviewForm,
    SuggestWorkflows,
    SuggestZones,
    TurnInstances,
)
from bot.export.messages import CANCEL
from bot.export.requests import CancelExport
from bot.failures.requests import RefreshFailures, ShareFailures
from bot.inspect.look_up import SHORTCUT
from bot.inspect.payload_requests import SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.requests import (
    ListVersion,
    LookUp,
    OpenDashboard,
    RefreshInstance,
    ShareInstance,
    TurnSteps,
)
from bot.slack.requests import VERSION, InvalidButton, Request, RequestCodec
from bot.slack.routes import UnknownControl
from bot.stats.requests import OfStats, RefreshStats, ShareStats, TurnStats
from bot.ui.sharing import SHARE

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

LIST_BUTTONS: Final[dict[str, type[AtPlace | OpenFilter]]] = {
    "page_next": TurnPage,
    "page_previous": TurnPage,
    "page_refresh": RefreshPage,
    "list_further": TurnPage,
    "list_retry": TurnPage,
    "list_open": OpenList,
    "filter_open": OpenFilter,
    SuggestWorkflow.kind: OpenList,
}
"""Buttons that carry a request, and of which type."""

DIGEST_BUTTONS: Final[dict[str, type[OfDigest]]] = {
    request.kind: request for request in DIGEST_CODEC.kinds if issubclass(request, OfDigest)
}
"""Buttons that carry a request about one digest."""

INSTANCE_BUTTONS: Final[dict[str, type[OfInstances]]] = {
    "digest_instances": OpenInstances,
    "digest_instances_newer": TurnInstances,
    "digest_instances_older": TurnInstances,
}
"""Buttons that carry instances which a digest reported."""

INSPECT_BUTTONS: Final[dict[str, type[Request]]] = {
    "instance_show": ShowInstance,
    "instance_refresh": RefreshInstance,
    "steps_next": TurnSteps,
    "steps_previous": TurnSteps,
    "steps_failed": TurnSteps,
    "steps_going": TurnSteps,
    "payload_params": ShowPayload,
    "payload_output": ShowPayload,
    "payload_step": ShowPayload,
    "payload_send": SendPayload,
    "outputs_show": ShowOutputs,
    "version_list": ListVersion,
}
"""Buttons that carry one instance."""

FAILURE_BUTTONS: Final[dict[str, type[ShowFailures]]] = {
    "failures_show": ShowFailures,
    RefreshFailures.kind: RefreshFailures,
}
"""Buttons that carry what failed."""

STATS_BUTTONS: Final[dict[str, type[OfStats]]] = {
    request.kind: request for request in (TurnStats, RefreshStats)
}
"""Buttons that carry the statistics of some instances."""

KEPT_BUTTONS: Final[dict[str, type[Request] | tuple[type[Request], ...]]] = {
    **INSTANCE_BUTTONS,
    **INSPECT_BUTTONS,
    **FAILURE_BUTTONS,
    **STATS_BUTTONS,
    SHARE: (ShareFailures, ShareList, ShareInstance, SharePayload, ShareStats),
    CANCEL: CancelExport,
}

PLAIN_BUTTONS: Final[dict[str, type[Request]]] = {
    request.kind: request for request in (OpenForm, PreviewForm, OpenDashboard, DeleteShared)
}
"""Buttons that carry nothing."""

SHORTCUTS: Final[dict[str, Callable[[str], Request]]] = {SHORTCUT: LookUp}
"""Shortcuts on messages, by their callback ids in `manifest.yaml`."""

MENUS: Final[dict[str, Callable[[str], Request]]] = {
    SuggestZones.kind: SuggestZones,
    SuggestWorkflows.kind: SuggestWorkflows,
    SuggestWorkflow.kind: SuggestWorkflow,
    SuggestNames.kind: SuggestNames,
}

_COMMON: Final = (
    b'filter{"query":{"workflow":""}}open{"place":{"overview":{"account":"search":""},"offset":10}}'
    b'refresh{"place":{"overview":{}}}'
    b"waitingForPauserollingBackterminatedcompletepausedrunningqueuedwaiting"
    b'open{"place":{"query":{"workflow":"","account":"","status":"errored"}}}refresh{"place":{"query":{"workflow":"'
    b'turn{"place":{"query":{"workflow":"","account":"","status":"errored","since":{"text":"24h","at":"2026-11-2'
    b'"until":{"text":"1h","at":"2026-11-"rows":20,"start":{"number":}},"position":{"number":"direction":"asc"},'
    b'"position":{"token":"","offset":10,"anchor":"2026-11-2Z","trail":[{"position":null,"rows":100},'
    b'{"position":{"token":""},"rows":100}]}}"}}}'
)
"""What most buttons carry. A change of it is a new version of the codec."""


def request_codec() -> RequestCodec:
    """Return what writes and reads the requests that buttons carry."""
    of_lists = (TurnPage, RefreshPage, OpenList, OpenFilter, ShareList, OpenInstances, TurnInstances)
    of_failures = (ShowFailures, RefreshFailures, ShareFailures)
    of_exports = (CancelExport,)
    of_one = (ShowInstance, RefreshInstance, TurnSteps, ShareInstance, ListVersion)
    of_payloads = (ShowPayload, SendPayload, SharePayload, ShowOutputs)
    of_stats = (TurnStats, RefreshStats, ShareStats)
    return RequestCodec((*of_lists, *of_failures, *of_exports, *of_one, *of_payloads, *of_stats), _COMMON)


def refuse_old(_: str) -> Request:
    """Refuse a value of version 1, which had no such button.

    Raises:
        InvalidButton: always.
    """
    raise InvalidButton("made by another version of this bot")


def digest_request(expected: type[OfDigest], value: str) -> OfDigest:
    """Return what a digest's button asks for; one of version 1 carried the number alone.

    Raises:
        UnknownControl: the value is of no version.
        InvalidButton: it was cut or changed, or belongs to another button.
    """
    if _NUMBER.fullmatch(value) and expected is not OfDigest:
        return expected(int(value))
    if not value.startswith(f"{VERSION}."):
        raise UnknownControl
    request = DIGEST_CODEC.decode(value)
    if not isinstance(request, expected):
        raise InvalidButton("made for another button")
    return request


def at_place(request: type[AtPlace | OpenFilter], place: AnyBookmark) -> AtPlace | OpenFilter:
    """Return what a button of version 1 asks for: it carried a place, and its action said the rest.

    Raises:
        InvalidButton: the overview can't be filtered.
    """
    if not issubclass(request, OpenFilter):
        return request(place)
    if not isinstance(place, Bookmark):
        raise InvalidButton("made for another kind of list")
    return request(place.query)
