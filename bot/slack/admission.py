"""Who may use the bot: people of its own workspace, through its own app."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from bot.errors import StartupError
from bot.slack.interaction import Interaction
from bot.slack.team import InstalledTeam
from bot.storage.database import DatabaseUnusable
from bot.ui.elements import Message
from bot.ui.notices import other_app_message, other_team_message, team_unknown_message

_log = structlog.get_logger(__name__)

_TIMEOUT: Final = timedelta(seconds=1)
"""Slack waits 3 s for an ack, and the answer needs some. Used up only if Slack was down at the start, or does
not say who a person is."""

PersonRefusal = Callable[[Interaction, timedelta], Awaitable[Message | None]]
"""Returns what to tell a person of the workspace who may not use the bot, within a time; else None."""


class Admission:
    """Decides who may use the bot.

    In a channel that is shared with another organisation, its people see the bot's messages and can click
    their buttons. They must not read this workspace's account.

    Args:
        installed: the workspace whose people may use it.
        person_refusal: says who of them may not: guests, say.
    """

    def __init__(self, installed: InstalledTeam, person_refusal: PersonRefusal) -> None:
        self._installed = installed
        self._person_refusal = person_refusal

    @property
    def bot(self) -> str:
        """Return Slack's id of the bot as a user, once `refusal` has returned; empty before."""
        return self._installed.bot

    async def refusal(self, interaction: Interaction) -> Message | None:
        """Return what to tell a person who may not use the bot; None for a person who may."""
        began = time.monotonic()
        try:
            team = await self._installed.get(_TIMEOUT)
        except (StartupError, DatabaseUnusable, TimeoutError) as error:
            _log.warning("team_unknown", reason=str(error) or "Slack takes too long")
            return team_unknown_message()
        if self._installed.app not in {"", interaction.app}:
            _log.warning("other_app_refused", app=interaction.app, expected=self._installed.app)
            return other_app_message()
        if not team.includes(interaction):
            foreign = interaction.home_teams - {team.id, team.enterprise}
            _log.info("stranger_refused", team=next(iter(sorted(foreign)), interaction.team))
            return other_team_message()
        return await self._person_refusal(interaction, _TIMEOUT - timedelta(seconds=time.monotonic() - began))
