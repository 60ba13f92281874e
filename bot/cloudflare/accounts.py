"""Look up accounts by the names that people use for them."""

from collections.abc import Mapping

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import UnknownAccount


class Accounts:
    """The configured accounts.

    Args:
        workflows: each account's workflows by the account's name; at least one. The first is the default.
    """

    def __init__(self, workflows: Mapping[str, CachedWorkflows]) -> None:
        self._workflows = workflows

    @property
    def names(self) -> tuple[str, ...]:
        """The names in order, with the default first."""
        return tuple(self._workflows)

    def get(self, name: str | None) -> tuple[str, CachedWorkflows]:
        """Return an account's name and its workflows; None selects the default account.

        Raises:
            UnknownAccount: No account has this name.
        """
        if name is None:
            return next(iter(self._workflows.items()))
        try:
            return name, self._workflows[name]
        except KeyError:
            raise UnknownAccount(name, self.names) from None
