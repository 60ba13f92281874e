"""One digest that fails is not the failure of those that are due with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import is_outage

_log = structlog.get_logger(__name__)


class FailingDigests:
    """The digests for which something failed, each logged once until it works again."""

    def __init__(self) -> None:
        self._numbers: Final[set[int]] = set()

    @asynccontextmanager
    async def isolate(self, connection: AsyncConnection, number: int) -> AsyncIterator[None]:
        """Do something for one digest; if that fails, it is undone and the caller goes on.

        Raises:
            SQLAlchemyError: the database does not work.
            OSError: alike.
        """
        try:
            async with connection.begin_nested():
                yield
        except Exception as error:
            if is_outage(error):
                raise
            if number not in self._numbers:  # and no trace, as that may quote its plan
                _log.error("digest_not_understood", digest=number, reason=type(error).__name__)
            self._numbers.add(number)
        else:
            self._numbers.discard(number)
