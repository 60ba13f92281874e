"""The workflows that the menu of the filter form offers while somebody types."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.requests import SuggestNames
from bot.browse.selection import PATTERN, is_match
from bot.slack.interaction import Interaction
from bot.slack.reply import MenuOptions, Reply
from bot.ui.form_fields import menu_option
from bot.ui.limits import OPTION_VALUE, OPTIONS

_log = structlog.get_logger(__name__)

_TIMEOUT: Final = timedelta(seconds=2)
"""Slack waits for the options of a menu for three seconds."""


class FilterMenu:
    """Offers workflows, and the pattern that is typed.

    Args:
        list_names: returns the names of an account's workflows that a person may see.
        access: says who may look at what.
    """

    def __init__(
        self, list_names: Callable[[str | None, Viewer], Awaitable[tuple[str, ...]]], access: Access
    ) -> None:
        self._list_names = list_names
        self._access = access

    async def suggest(self, request: SuggestNames, interaction: Interaction) -> Reply:
        """Offer the workflows of all accounts that a person may look at.

        Slack does not say what stands in the form's other fields, so the account is not known yet.
        """
        viewer = await self._access.viewer(interaction)
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                found = await asyncio.gather(
                    *(self._list_names(account, viewer) for account in viewer.visible_accounts)
                )
        except TimeoutError:
            _log.warning("workflows_not_suggested")
            return MenuOptions(())
        names = sorted({name for names in found for name in names}, key=str.casefold)
        return MenuOptions([menu_option(name, name, emoji=False) for name in _matching(request.typed, names)])

    async def require_any(self, _: SuggestNames, interaction: Interaction) -> None:
        """Require the right for any workflow of any account; the others are left out.

        Raises:
            UserError: the person lacks it.
        """
        viewer = await self._access.viewer(interaction)
        if not viewer.visible_accounts:
            raise viewer.refusal(Right.VIEW, None)


def _matching(typed: str, names: list[str]) -> list[str]:
    """Return the names that hold a text, or that a pattern fits, with the pattern itself before them."""
    text = typed.strip()
    fitting = [name for name in names if len(name) <= OPTION_VALUE]
    if PATTERN not in text:
        return [name for name in fitting if text.casefold() in name.casefold()][:OPTIONS]
    fitting = [name for name in fitting if is_match(name, text)]
    is_offered = bool(fitting) and bool(text.strip(PATTERN)) and len(text) <= OPTION_VALUE
    return [*([text] if is_offered else []), *fitting][:OPTIONS]
