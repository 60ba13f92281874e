"""The workspace that the bot is installed in: who belongs to it, and how the bot learns which one it is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import stamina
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import SLACK_ERRORS, SlackUnreachable, check_bot_token, get_own_app, is_final, reason
from bot.slack.interaction import Interaction

_log = structlog.get_logger(__name__)

_LONGEST_PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace.

    Attributes:
        id: Slack's, as in `T0123ABCD`.
        enterprise: Slack's id of its organisation on Enterprise Grid, as in `E0123ABCD`; else empty.
    """

    id: str
    enterprise: str = ""

    def includes(self, interaction: Interaction) -> bool:
        """Return whether the request comes from a person who is a member of this workspace.

        All ids have to say so: in a channel that is shared with another organisation, a click has the team
        of the bot and a stranger's own one, and a submitted modal has the stranger's own one twice.
        """
        is_here = interaction.team == self.id and interaction.home_teams <= {self.id, self.enterprise}
        return is_here and bool(interaction.user)


class InstalledTeam:
    """The workspace of the bot's token. Slack is asked which one that is until it answers once.

    Args:
        client: with the bot's token.
        adopt: is run with the team's id before anybody learns it; may raise.
        app_timeout: how long everybody waits for the app's id, too, which Slack gives to some tokens only.

    Attributes:
        app: Slack's id of the token's app, as in `A0123ABCD`; empty until Slack says it, and for good without
            the scope `users:read`. Then requests of any app are let in that has the same signing secret.
        bot: Slack's id of the bot as a user, as in `U0123ABCD`; empty until Slack says it.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        adopt: Callable[[str], Awaitable[None]],
        app_timeout: timedelta = timedelta(seconds=3),
    ) -> None:
        self._client = client
        self._app_timeout = app_timeout.total_seconds()
        self._adopt = adopt
        self._learning: asyncio.Task[Team] | None = None
        self._learning_app: asyncio.Task[None] | None = None
        self.app = ""
        self.bot = ""

    async def get_id(self) -> str:
        """Return Slack's id of the team.

        Raises:
            TokenRefused, SlackUnreachable, Exception: as `get`.
        """
        return (await self.get()).id

    async def get(self, timeout: timedelta | None = None) -> Team:  # noqa: ASYNC109 - it cancels nothing
        """Return the team. Callers share one request to Slack, which goes on after a timeout.

        Raises:
            TokenRefused, SlackUnreachable: as `check_bot_token`; the next call asks again.
            TimeoutError: Slack takes longer.
            Exception: what `adopt` raises; the next call asks again.
        """
        if self._learning is None or _has_failed(self._learning):
            self._learning = asyncio.ensure_future(self._learn())
        if not self._learning.done():
            seconds = None if timeout is None else timeout.total_seconds()
            await asyncio.wait({self._learning}, timeout=seconds)
        if not self._learning.done():
            raise TimeoutError
        return self._learning.result()

    async def close(self) -> None:
        """Ask no more."""
        tasks = [task for task in (self._learning, self._learning_app) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _learn(self) -> Team:
        answer = await check_bot_token(self._client)
        team = answer.get("team_id")
        if not isinstance(team, str) or not team:
            raise SlackUnreachable("Slack did not say which workspace SLACK_BOT_TOKEN belongs to")
        self.bot = str(answer.get("user_id") or "")
        if self._learning_app is None:
            self._learning_app = asyncio.ensure_future(self._learn_app(str(answer.get("bot_id") or "")))
        await asyncio.wait({self._learning_app}, timeout=self._app_timeout)
        await self._adopt(team)
        return Team(team, str(answer.get("enterprise_id") or ""))

    async def _learn_app(self, bot: str) -> None:
        """Learn the app's id, however long Slack can't say it; end without it if the token may not."""
        longest = _LONGEST_PAUSE.total_seconds()
        try:
            async for attempt in stamina.retry_context(
                _may_pass, attempts=None, timeout=None, wait_initial=1.0, wait_max=longest
            ):
                with attempt:
                    self.app = await get_own_app(self._client, bot)
        except SLACK_ERRORS as error:
            _log.info("app_unknown", reason=reason(error), effect="the app of a request is not compared")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, SLACK_ERRORS) and not is_final(error)


def _has_failed(task: asyncio.Task[Team]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
