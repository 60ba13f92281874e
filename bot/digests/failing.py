"""One digest that fails is not the failure of those that are due with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from bot.storage.database import is_outage

_log = structlog.get_logger(__name__)


class FailingDigests:
    """The digests for which something failed, each logged once until it works again."""

    def __init__(self) -> None:
        self._numbers: Final[set[int]] = set()

    @contextmanager
    def skip(self, number: int) -> Iterator[None]:
        """Do something for one digest; if that fails, the caller goes on.

        What writes for it does so in a savepoint of its own.

        Raises:
            SQLAlchemyError: the database does not work.
            OSError: alike.
        """
        try:
            yield
        except Exception as error:
            if is_outage(error):
                raise
            if number not in self._numbers:  # and no trace, as that may quote its plan
                _log.error("digest_not_understood", digest=number, reason=type(error).__name__)
            self._numbers.add(number)
        else:
            self._numbers.discard(number)
