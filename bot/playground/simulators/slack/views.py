"""Modals: ``views.open``, ``views.push`` and ``views.update``.

Source: https://docs.slack.dev/reference/methods/views.open and related pages
"""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.playground.simulators.slack.interactions import Interaction
from bot.playground.simulators.slack.journal import Journal
from bot.playground.simulators.slack.message import visible_strings, with_ids
from bot.playground.simulators.slack.shapes import Payload, RefusedError
from bot.playground.simulators.slack.workspace import Workspace

STACK_MAX_ITEMS = 3


@dataclass(frozen=True, slots=True)
class View:
    """A modal at one time: its JSON as Slack returns it, and the id of the interaction that opened it."""

    id: str
    user: str
    payload: Payload
    cause: str

    @property
    def callback_id(self) -> str:
        """The callback id of its submission."""
        return str(self.payload["callback_id"])

    def all_text(self) -> str:
        """Return the visible strings, one per line."""
        parts = [self.payload.get(key) for key in ("title", "blocks", "submit", "close")]
        return "\n".join(visible_strings(parts))


@dataclass
class Views:
    """The open modals of a workspace; ``shown`` and ``closed`` are journals."""

    workspace: Workspace
    shown: Journal[View] = field(default_factory=Journal)
    closed: Journal[View] = field(default_factory=Journal)
    _by_id: dict[str, View] = field(default_factory=dict)
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def open(self, view: object, interaction: Interaction) -> View:
        """Open a modal on top of the person's modals; RefusedError if Slack refuses it."""
        self.workspace.validator.check_view(view)
        below = self.top(interaction.user.id)
        view_id = f"V{next(self._count):08d}"
        stack = {
            "previous_view_id": below.id if below else None,
            "root_view_id": below.payload["root_view_id"] if below else view_id,
        }
        return self._show(view_id, view, stack, interaction.user.id, interaction.id)

    def push(self, view: object, interaction: Interaction) -> View:
        """Push a modal onto the stack of the person's modal.

        Raises:
            RefusedError: ``not_found`` without an open modal, ``push_limit_reached``, or the view itself
                is refused.
        """
        below = self.top(interaction.user.id)
        if below is None:
            raise RefusedError("not_found")
        root = below.payload["root_view_id"]
        if sum(open_.payload["root_view_id"] == root for open_ in self._by_id.values()) >= STACK_MAX_ITEMS:
            raise RefusedError("push_limit_reached")
        return self.open(view, interaction)

    def update(self, arguments: Payload) -> View:
        """Replace the content of a modal.

        Raises:
            RefusedError: ``not_found``, ``hash_conflict``, or the view itself is refused.
        """
        current = self._find(arguments)
        if arguments.get("hash") not in {None, current.payload["hash"]}:
            raise RefusedError("hash_conflict")
        self.workspace.validator.check_view(arguments.get("view"))
        stack = {key: current.payload[key] for key in ("previous_view_id", "root_view_id")}
        return self._show(current.id, arguments["view"], stack, current.user, current.cause)

    def close(self, view: View) -> None:
        """Close a modal."""
        if self._by_id.pop(view.id, None) is not None:
            self.closed.add(view)

    def close_all(self, user: str) -> None:
        """Close all modals of a person."""
        for view in [view for view in self._by_id.values() if view.user == user]:
            self.close(view)

    def top(self, user: str) -> View | None:
        """Return the person's top modal, or None."""
        return next((view for view in reversed(self._by_id.values()) if view.user == user), None)

    def open_now(self) -> tuple[View, ...]:
        """Return all open modals in order of opening."""
        return tuple(self._by_id.values())

    def current(self, view: View) -> View | None:
        """Return the current state of a modal, or None if it is closed."""
        return self._by_id.get(view.id)

    def _find(self, arguments: Payload) -> View:
        for view in self._by_id.values():
            if view.id == arguments.get("view_id"):
                return view
            if view.payload["external_id"] and view.payload["external_id"] == arguments.get("external_id"):
                return view
        raise RefusedError("not_found")

    def _show(self, view_id: str, view: Any, stack: Payload, user: str, cause: str) -> View:  # noqa: ANN401  # checked JSON
        team = self.workspace.team
        payload = {
            "submit": None,
            "close": None,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **view,
            "blocks": list(with_ids(view["blocks"])),
            "id": view_id,
            "team_id": team.id,
            "state": {"values": {}},
            "hash": f"{int(self.workspace.clock())}.{secrets.token_hex(4)}",
            **stack,
            "app_id": team.app_id,
            "app_installed_team_id": team.id,
            "bot_id": team.bot_id,
        }
        shown = View(view_id, user, payload, cause)
        self._by_id[view_id] = shown
        self.shown.add(shown)
        return shown
