"""What can go wrong while browsing, beside what the API itself says."""

from collections.abc import Sequence

from bot.browse.model import ListQuery
from bot.cloudflare.errors import CloudflareError
from bot.language import name_matching


class CursorRefused(CloudflareError):
    """The API takes a cursor no more, most likely because it is too old.

    Attributes:
        restart: the same question from its beginning.
    """

    def __init__(self, restart: ListQuery) -> None:
        super().__init__("the API refused the cursor")
        self.restart = restart


class NoSuchWorkflow(Exception):
    """The account has no workflow of that name.

    Attributes:
        query: what was asked.
        existing: the names that there are, of those that the person may see.
        account: the account's name.
        is_listed: the list of workflows has it, so that it was most likely deleted a moment ago.
        meant: names that it certainly means: one, or several that it fits alike; none where it is listed.
        similar: other names that look like the one asked for, the likeliest first.
        answer: what the API said.
    """

    def __init__(
        self, query: ListQuery, account: str, existing: Sequence[str], answer: CloudflareError
    ) -> None:
        super().__init__(f"{account} has no workflow called {query.workflow}")
        self.query = query
        self.existing = existing
        self.account = account
        others = [name for name in existing if name != query.workflow]
        self.is_listed = len(others) < len(existing)
        self.meant = () if self.is_listed else name_matching.resolve(query.workflow, existing)
        self.similar = name_matching.find_similar(query.workflow, others)
        self.answer = answer


class NoSuchWorkflows(Exception):
    """An account has none of some workflows that were asked for together with others, or by a pattern.

    Attributes:
        query: what was asked.
        account: the account's name.
        missing: the names, and the patterns that fit none, as they were typed.
        existing: the names that there are, of those that the person may see.
    """

    def __init__(
        self, query: ListQuery, account: str, missing: Sequence[str], existing: Sequence[str]
    ) -> None:
        super().__init__(f"{account} has no workflow called {', '.join(missing)}")
        self.query = query
        self.account = account
        self.missing = missing
        self.existing = existing

    def similar(self, name: str) -> Sequence[str]:
        """Return the names that a missing one may mean, the likeliest first."""
        return name_matching.resolve(name, self.existing) or name_matching.find_similar(name, self.existing)
