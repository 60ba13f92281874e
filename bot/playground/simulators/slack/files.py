"""The methods that upload files, and the address that takes their bytes.

Source: https://docs.slack.dev/messaging/working-with-files#uploading_files
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.playground.simulators.slack.access import find_channel_to_post
from bot.playground.simulators.slack.journal import Journal
from bot.playground.simulators.slack.shapes import Payload, RefusedError
from bot.playground.simulators.slack.workspace import Draft, Workspace

MOST_BYTES = 64 * 1024 * 1024
"""This simulator's own limit; Slack takes files of up to 1 GB."""
_PREVIEW_LINES = 8
_PREVIEW_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file; ``channel`` is the id of where it was shared, or empty for a private one."""

    id: str
    name: str
    content: bytes
    channel: str = ""
    title: str = ""

    def to_json(self) -> Payload:
        """Return the file as messages and answers have it."""
        preview = self._preview()
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "text/csv" if self.name.endswith(".csv") else "text/plain",
            "size": len(self.content),
            "preview": preview,
            "preview_is_truncated": len(preview.encode()) < len(self.content),
        }

    def _preview(self) -> str:
        """Return the first lines, as Slack shows them below a text file's name."""
        start = self.content[: 4 * _PREVIEW_CHARACTERS].decode(errors="ignore")[:_PREVIEW_CHARACTERS]
        return "".join(start.splitlines(keepends=True)[:_PREVIEW_LINES])


@dataclass(slots=True)
class _Ticket:
    id: str
    name: str
    length: int
    content: bytes | None = None


@dataclass
class Files:
    """The methods ``files.*``; each raises RefusedError for calls that Slack refuses.

    ``shared`` is the journal of files whose upload was completed.
    """

    workspace: Workspace
    base_url: Callable[[], str]
    shared: Journal[UploadedFile] = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self._tickets: dict[str, _Ticket] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the route that takes a file's bytes; its address is all that it asks for."""
        return [web.post("/upload/v1/{ticket}", self._take)]

    def get_upload_url(self, arguments: Payload) -> Payload:
        """Return where to send a file: ``files.getUploadURLExternal``."""
        name, length = arguments.get("filename"), str(arguments.get("length") or "")
        if not isinstance(name, str) or not name:
            raise RefusedError("invalid_arguments")
        if not length.isdecimal() or int(length) == 0:
            raise RefusedError("invalid_arguments")
        if int(length) > MOST_BYTES:
            raise RefusedError("file_upload_size_restricted")
        ticket = secrets.token_urlsafe(12)
        file_id = f"F{secrets.token_hex(5).upper()}"
        self._tickets[ticket] = _Ticket(file_id, name, int(length))
        return {"upload_url": f"{self.base_url()}/upload/v1/{ticket}", "file_id": file_id}

    def complete_upload(self, arguments: Payload) -> Payload:
        """Share uploaded files in a channel, or keep them private: ``files.completeUploadExternal``.

        ``channel_id`` takes no person's id.
        """
        found = [self._uploaded(each) for each in _items(arguments.get("files"))]
        channel = ""
        if arguments.get("channel_id"):
            where = find_channel_to_post(self.workspace, {"channel": arguments["channel_id"]})
            if where.id != arguments["channel_id"]:
                raise RefusedError("channel_not_found")
            channel = where.id
        files = [
            UploadedFile(ticket.id, ticket.name, ticket.content or b"", channel, title)
            for ticket, title in found
        ]
        if channel:
            comment = str(arguments.get("initial_comment") or "")
            shown = tuple(file.to_json() for file in files)
            self.workspace.post(Draft(channel=channel, text=comment, files=shown), "web_api")
        for file in files:
            self.shared.add(file)
            self._tickets = {key: kept for key, kept in self._tickets.items() if kept.id != file.id}
        return {"files": [file.to_json() for file in files]}

    def _uploaded(self, item: object) -> tuple[_Ticket, str]:
        file_id = item.get("id") if isinstance(item, dict) else None
        for ticket in self._tickets.values():
            if ticket.id == file_id and ticket.content is not None:
                return ticket, str(item.get("title") or "") if isinstance(item, dict) else ""
        raise RefusedError("file_not_found")

    async def _take(self, request: web.Request) -> web.Response:
        ticket = self._tickets.get(request.match_info["ticket"])
        if ticket is None:
            return web.Response(status=404, text="not found")
        content = await request.read()
        if len(content) != ticket.length:
            return web.Response(status=400, text="length is not as announced")
        ticket.content = content
        return web.Response(text=f"OK - {len(content)}")


def _items(files: object) -> list[object]:
    """Return the files of a call, which slack_sdk sends as a JSON string."""
    try:
        items = json.loads(files) if isinstance(files, str) else files
    except ValueError:
        items = None
    if not isinstance(items, list) or not items:
        raise RefusedError("invalid_arguments")
    return items
