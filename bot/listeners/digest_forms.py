"""The form of a digest: what is filled in becomes a plan, or is put right at its fields."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.digests.messages.confirmations import channel_unavailable_text
from bot.digests.messages.form import (
    field_errors,
    filled_in,
    form_mistake_message,
    suggestions,
    unchecked_words,
)
from bot.digests.messages.preview import preview_failed_view, preview_view, reading_view
from bot.digests.model import DigestSpec
from bot.language.errors import FormErrors, QueryError
from bot.language.zones import zones_like
from bot.listeners.answers import Answer, guarded, log_problem
from bot.listeners.delivery import ReturnAddress
from bot.listeners.digest_desk import DigestDesk
from bot.listeners.door import DoorShut
from bot.ui.form_state import State
from bot.ui.limits import OPTION_VALUE, OPTIONS, Block

_log = structlog.get_logger(__name__)

_SOON: Final = timedelta(seconds=2)
"""Slack waits three for what stands in a menu."""


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is said at which field, in plain text."""

    by_field: dict[str, str]


class DigestForms:
    """Reads the form.

    Args:
        desk: makes and changes digests.
        accounts: of settings, by name, the default first.
        reference: the short id of this request, which also stands in the log.
    """

    def __init__(
        self,
        desk: DigestDesk,
        accounts: Mapping[str, CachedWorkflows],
        reference: Callable[[], str],
    ) -> None:
        self._desk = desk
        self._accounts = accounts
        self._reference = reference

    @property
    def reading(self) -> Block:
        """What is shown while a preview is being made."""
        return reading_view()

    async def submit(
        self, state: State, number: int | None, asker: ReturnAddress
    ) -> FieldErrors | Answer | None:
        """Keep what was filled in: as a new digest, or as another plan of the digest of a number."""
        return await guarded(self._submit(state, number, asker), self._reference())

    async def told(self, work: Awaitable[FieldErrors | Answer | None], number: int | None) -> Answer | None:
        """The answer to a form; once that is closed and has no fields, the first of its mistakes."""
        outcome = await work
        if isinstance(outcome, FieldErrors):
            field, words = next(iter(outcome.by_field.items()))
            return Answer(form_mistake_message(field, words, number), is_problem=True)
        return outcome

    async def preview(self, state: State) -> Block:
        """What a digest would say now that is made of what was filled in, as a view."""
        plan = self._plan(state)
        if isinstance(plan, FieldErrors):
            return preview_failed_view(tuple(plan.by_field.values()))
        answer = await guarded(self._desk.preview(plan), self._reference())
        return preview_view(answer.plain or answer.message)

    def zones(self, typed: str) -> list[Block]:
        """Time zones, for a menu."""
        return suggestions(zones_like(typed, OPTIONS))

    async def workflows(self, typed: str) -> list[Block]:
        """Workflows of all accounts, for a menu; without those that can't be read in time.

        Slack does not say what stands in the form's other fields, so which account is meant is not known yet.
        """
        found = await asyncio.gather(*(self._names(account) for account in self._accounts))
        names = {name for names in found for name in names if typed.casefold() in name.casefold()}
        return suggestions(sorted(names, key=str.casefold)[:OPTIONS])

    async def _names(self, account: str) -> list[str]:
        try:
            async with asyncio.timeout(_SOON.total_seconds()):
                rows = (await self._accounts[account].list_workflows()).rows
        except (CloudflareError, TimeoutError) as error:
            _log.warning("workflows_not_suggested", account=account, error=type(error).__name__)
            return []
        return [row.name for row in rows if len(row.name) <= OPTION_VALUE]

    async def _submit(
        self, state: State, number: int | None, asker: ReturnAddress
    ) -> FieldErrors | Answer | None:
        plan = self._plan(state)
        if isinstance(plan, FieldErrors):
            return plan
        try:
            if number is None:
                return await self._desk.made(plan, asker)
            return await self._desk.changed(number, plan, asker)
        except DoorShut as error:
            return FieldErrors({"channel": channel_unavailable_text(error.missing)})
        except QueryError as error:
            return FieldErrors(field_errors(FormErrors({"workflows": error})))
        except CloudflareError as error:  # the form stays open, with all that was typed
            log_problem(error)
            return FieldErrors({"workflows": unchecked_words(error, self._reference())})

    def _plan(self, state: State) -> DigestSpec | FieldErrors:
        asked = filled_in(state).to_spec()
        return FieldErrors(field_errors(asked)) if isinstance(asked, FormErrors) else asked
