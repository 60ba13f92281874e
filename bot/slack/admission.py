"""Who may use the bot: people of its own workspace, through its own app."""

from datetime import timedelta
from typing import Final, Protocol

import structlog

from bot.errors import StartupError
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError
from bot.slack.team import InstalledTeam
from bot.storage.database import DatabaseUnusable
from bot.ui.elements import Message
from bot.ui.notices import other_app_message, other_team_message, team_unknown_message

_log = structlog.get_logger(__name__)

_TEAM_TIMEOUT: Final = timedelta(seconds=1)
"""Slack waits 3 s for an ack, and the answer needs some. Used up only if Slack was down at the start."""


class NotAdmitted(UserError):
    """Raised when the bot is not there for a person."""


class PeopleRefusals(Protocol):
    """Says which people of the workspace may not use the bot at all: guests, say."""

    def known_refusal(self, interaction: Interaction) -> Message | None:
        """Return the refusal for a person who is known not to be let in; None for all others."""
        ...

    async def refusal(self, interaction: Interaction) -> Message | None:
        """Return the refusal for a person who is not let in, or whom Slack does not identify; else None."""
        ...


class Admission:
    """Decides who may use the bot.

    In a channel that is shared with another organisation, its people see the bot's messages and can click
    their buttons. They must not read this workspace's account.

    Args:
        installed: the workspace whose people may use it.
        people: says who of them may not.
    """

    def __init__(self, installed: InstalledTeam, people: PeopleRefusals) -> None:
        self._installed = installed
        self._people = people

    @property
    def bot(self) -> str:
        """Return Slack's id of the bot as a user, once `refusal` has returned; empty before."""
        return self._installed.bot

    async def refusal(self, interaction: Interaction) -> Message | None:
        """Return the refusal for a person who may not use the bot; None for a person who may.

        It is for before the ack, so it does not wait for Slack to say who they are: see `require_person`.
        """
        try:
            team = await self._installed.get(_TEAM_TIMEOUT)
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
        return self._people.known_refusal(interaction)

    async def require_person(self, interaction: Interaction) -> None:
        """Require a person of the workspace for whom the bot is there.

        Raises:
            NotAdmitted: it is not, or Slack does not say who they are.
        """
        refusal = await self._people.refusal(interaction)
        if refusal is not None:
            raise NotAdmitted(refusal)
