"""All faults of Cloudflare and of the network before it, and the messages about them."""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from bot.playground.simulators.cloudflare import (
    Challenge,
    Changed,
    ChangedRows,
    CorruptGzip,
    CutOff,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    Operation,
    PlainText,
    Redirected,
    Reset,
    Slow,
    SlowBody,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)

Surface = Literal["list", "overview", "older", "refresh", "preview", "digest"]

ELSEWHERE: Final = "http://elsewhere"
"""A placeholder for the target of redirects."""


@dataclass(frozen=True)
class NobodyListens:
    """The port is closed."""


@dataclass(frozen=True)
class Failure:
    """A fault that leaves nothing to show.

    Attributes:
        fault: the fault of every request.
        says: words of the message about the cause.
        otherwise: other words by surface.
        passes: it is temporary, so a digest is retried.
        waits: the API's retry delay, as the message shows it.
    """

    fault: Fault | NobodyListens
    says: tuple[str, ...]
    otherwise: dict[Surface, tuple[str, ...]] | None = None
    passes: bool = True
    waits: str = ""

    def words(self, surface: Surface) -> tuple[str, ...]:
        return (self.otherwise or {}).get(surface, self.says)

    def led_to(self, address: str) -> Fault | NobodyListens:
        """Return the fault with an address as the target of redirects."""
        return replace(self.fault, location=address) if isinstance(self.fault, Redirected) else self.fault


def _refused(status: int, code: int, message: str, *says: str, **otherwise: tuple[str, ...]) -> Failure:
    known: dict[Any, tuple[str, ...]] = {name: (*words, f"({code})") for name, words in otherwise.items()}
    known |= {"older": otherwise["older"]} if "older" in otherwise else {}
    return Failure(JsonError(status, code, message), (*says, f"({code})"), known, passes=status >= 500)


_NO_RIGHT: Final = "does not let this bot read Workflows"
_CURSOR: Final = ("no longer takes this cursor",)
"""The message for errors of a request with a cursor, as the API has no code for invalid cursors."""
_BARE: Final = ("Cloudflare has no such workflow any more.",)
_NO_SUCH: Final = ("No longer in the account",)

FAILURES: Final = {
    "connection refused": Failure(NobodyListens(), ("No connection to 127.0.0.1: connection refused",)),
    "connection reset": Failure(Reset(), ("The connection broke",)),
    "connection closed": Failure(Dropped(), ("The connection broke before an answer came",)),
    "cut off": Failure(CutOff(), ("The connection broke in the middle of the answer",)),
    "half json": Failure(TruncatedJson(), ("The answer is not JSON",)),
    "gzip broken": Failure(CorruptGzip(), ("can't be unpacked",)),
    "html 200": Failure(HtmlPage(200, "Welcome"), ("The answer is not JSON",)),
    "html 503": Failure(HtmlPage(503), ("It answered HTTP 503",)),
    "text 502": Failure(PlainText(502), ("It answered HTTP 502",)),
    "firewall": Failure(Challenge(), ("A firewall answered",)),
    "json list": Failure(WrongShape(["rows"]), ("The answer is not of the API's shape",)),
    "json null": Failure(WrongShape(None), ("The answer is not of the API's shape",)),
    "result of another kind": Failure(
        WrongShape({"success": True, "result": "rows"}), ("Result is not of the API's shape",)
    ),
    "no row readable": Failure(ChangedRows({"id": [], "name": []}), ("is not of the API's shape",)),
    "10 MB": Failure(Changed({"padding": "x" * 10_000_000}), ("The answer is larger than 8 MiB",)),
    "redirect": Failure(Redirected(f"{ELSEWHERE}/client/v4"), ("a redirect, which is not followed",)),
    "redirect 308": Failure(Redirected(ELSEWHERE, 308), ("a redirect, which is not followed",)),
    "success false": Failure(
        JsonError(200, 10001, "workflows.api.error.internal_server"), ("It says: internal server", "(10001)")
    ),
    "10001 with 500": _refused(500, 10001, "workflows.api.error.internal_server", "It answered HTTP 500"),
    "10001 with 400": _refused(
        400, 10001, "workflows.api.error.invalid_date", "It says: invalid date", older=_CURSOR
    ),
    "10000 with 401": _refused(401, 10000, "Authentication error", _NO_RIGHT),
    "10000 with 403": _refused(403, 10000, "Authentication error", _NO_RIGHT),
    "10002": _refused(400, 10002, "workflows.api.error.bad_body", "It says: bad body", older=_CURSOR),
    "10200": replace(
        _refused(
            404, 10200, "workflows.api.error.workflow.not_found", overview=_BARE, preview=_BARE, digest=_BARE
        ),
        says=("has no workflow called",),  # its name was asked for: no fault to look into by a code
    ),
    "10400": _refused(404, 10400, "workflows.api.error.instance.not_found", "No instance of that id"),
    "10401": _refused(
        409, 10401, "workflows.api.error.instance.cannot_terminate", "It says: cannot terminate",
        older=_CURSOR,
    ),
    "7003": _refused(404, 7003, "Could not route", "Cloudflare knows no such account"),
    "7000": _refused(400, 7000, "No route for that URI", "Cloudflare knows no such account or address"),
    "9109": _refused(
        403, 9109, "Cannot use the access token from location: 203.0.113.5",
        "does not take this bot's token from where it runs", "from location: (address hidden) (9109)"
    ),
    "10200 beside odd fields": Failure(
        WrongShape(
            {"success": False, "errors": [{"code": "10200"}], "messages": ["x"], "result_info": []}, 404
        ),
        ("has no workflow called",),
        dict.fromkeys(("overview", "preview", "digest"), (*_BARE, "(10200)")),
        passes=False,
    ),
    "429 with retry-after": Failure(TooManyRequests(120), ("Too many requests", "Try again in"), waits="2m"),
    "429 without retry-after": Failure(
        TooManyRequests(None), ("Too many requests", "Try again in"), waits="5m"),
    "slow headers": Failure(Slow(30), ("No answer within 1 s",)),
    "slow body": Failure(SlowBody(600, 0.05), ("No answer within 1 s",)),
}  # fmt: skip


@dataclass(frozen=True)
class Oddity:
    """An anomaly in some rows of an answer.

    Attributes:
        fault: the fault of every request.
        says: words of the list, which is still shown.
        counted: words of the list of workflows.
        reported: words of a digest, by which of its requests meets the fault.
        lost: whether the newest row is missing because it has no name.
    """

    fault: Fault
    says: str
    counted: str
    reported: dict[Operation, str]
    lost: bool = False


_NEWEST: Final = slice(1)
_TWO: Final = "2 failed "
_TOLD: Final[dict[Operation, str]] = {"list_workflows": _TWO, "list_instances": _TWO, "get_instance": _TWO}
_AT_LEAST: Final[dict[Operation, str]] = {
    "list_workflows": "At least 2 failed ",
    "list_instances": "At least 1 failed ",
    "get_instance": _TWO,
}
_UNREAD: Final = "Cloudflare sent 1 row that could not be read in full"
_DATES: Final = (
    "created_on", "modified_on", "started_on", "ended_on", "triggered_on", "queued", "start", "end",
)  # fmt: skip

ODDITIES: Final = {
    "unknown status": Oddity(
        ChangedRows({"status": "hibernating", "instances": {"hibernating": 7, "errored": 2}}, _NEWEST),
        "⚪ *hibernating*",
        "7 hibernating",
        _TOLD,
    ),
    "null status": Oddity(
        ChangedRows({"status": None, "instances": {"complete": None, "errored": 2}}, _NEWEST),
        "⚪ *No status*",
        "2 errored",
        _TOLD,
    ),
    "null dates": Oddity(
        ChangedRows(dict.fromkeys(_DATES)),
        "no times given",
        "2 errored",
        {**_TOLD, "list_instances": "as far as could be looked at"},
    ),
    "wrong types in one row": Oddity(
        ChangedRows(
            {
                "status": 7,
                "created_on": {"at": "noon"},
                "modified_on": [],
                "started_on": True,
                "ended_on": "noon",
                "version_id": {},
                "instances": "many",
                "schedules": 5,
            },
            _NEWEST,
        ),
        _UNREAD,
        "no counts given",
        _AT_LEAST,
    ),
    "texts where objects belong": Oddity(
        Changed({"messages": ["soon gone"], "errors": [{"code": 1.5, "message": "in part"}]}),
        "Cloudflare says: in part; soon gone",
        "`errors.code` was left out",
        _TOLD,
    ),
    "nothing readable beside the rows": Oddity(
        Changed({"success": [], "messages": 1.5, "errors": True, "result_info": []}),
        "`success`, `errors`, `messages`, `result_info` were left out",
        "`success`, `errors`, `messages`, `result_info` were left out",
        {**_TOLD, "list_instances": "At least 2 failed"},
    ),
    "a row without a name": Oddity(
        ChangedRows({"id": [], "name": None}, _NEWEST), _UNREAD, _UNREAD, _AT_LEAST, lost=True
    ),
}
