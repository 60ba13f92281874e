"""Sending a letter once, however often this is begun.

Nothing is sent without a note in the database before it, and after such a note never without a look at the
channel. Only where the bot may not look does it send again all the same, and the message says so: rather
twice than never.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.digests.runs import ActiveRun, Attempt, RunRepository
from bot.worker.closing import LAST_TRY, Patience
from bot.worker.letters import ChannelGone, Letter, NotYet, Outcome, Posted, Prepared, Refused, Sent, Unclear
from bot.worker.posting import Poster

_log = structlog.get_logger(__name__)

_AGAIN: Final = timedelta(seconds=5)


class Held(Protocol):
    """What says whether a run is still this worker's."""

    def is_sure(self) -> bool:
        """Whether nobody can have taken it over, at this very moment."""
        ...

    async def is_confirmed(self) -> bool:
        """Whether it is listed as this worker's."""
        ...


class NotOurs(Exception):
    """This worker may have been thought dead, and the run may be another's by now."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Posts what is prepared.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.
    """

    runs: RunRepository
    poster: Poster
    patience: Patience
    now: Callable[[], datetime]

    async def send(self, attempt: Attempt, prepared: Prepared, held: Held) -> Sent:
        """Post what was prepared.

        Args:
            attempt: the run.
            prepared: with a letter.
            held: whether no other worker can have the same run by now.

        Raises:
            NotOurs: one can.
        """
        begun = await self.runs.find(attempt)
        letter = prepared.letter
        if begun is None or letter is None:
            return Sent("over")
        if begun.posting:
            looked = await self._look(begun, letter)
            if isinstance(looked, Sent):
                return looked
            letter = looked
        if self.now() - begun.run.due_at > self.patience.lateness + self.patience.retry:
            return Sent("late")
        if not await held.is_confirmed():
            raise NotOurs(f"digest {attempt.digest}, {attempt.slot}")
        if not await self.runs.mark_posting(attempt):
            return Sent("over")
        if not held.is_sure():
            # This process stood still meanwhile. Whose the run is now is to be asked anew.
            return self._again(begun, "this worker was not heard of", LAST_TRY)
        outcome = await self.poster.post(letter.repeated() if letter.unsure else letter)
        if isinstance(outcome, NotYet) and not letter.unsure:
            await self.runs.unmark_posting(attempt)
        return self._became(begun, outcome)

    async def _look(self, begun: ActiveRun, letter: Letter) -> Sent | Letter:
        """What became of the letter when it was sent before, or the letter to be sent now."""
        found = await self.poster.find(letter, begun.run.began_at or begun.run.due_at)
        if isinstance(found, Posted):
            _log.info("digest_found", digest=begun.run.digest, slot=begun.run.slot, ts=found.ts)
        if isinstance(found, Posted | Unclear):
            return self._became(begun, found)
        return replace(letter, unsure=letter.unsure or isinstance(found, Refused))

    def _became(self, begun: ActiveRun, outcome: Outcome) -> Sent:
        match outcome:
            case Posted(ts):
                return Sent("posted", ts=ts)
            case ChannelGone(why):
                return Sent("gone", why=why)
            case Refused(why):
                return Sent("refused", why=why)
            case NotYet(why, wait):
                return self._again(begun, why, wait or _AGAIN)
            case Unclear(why):
                return self._again(begun, why, _AGAIN)

    def _again(self, begun: ActiveRun, why: str, wait: timedelta) -> Sent:
        left = self.patience.left(begun, self.now())
        if not left:
            return Sent("refused", why=f"{why}, again and again")
        return Sent("again", why=why, wait=min(max(wait, LAST_TRY), left).total_seconds())
