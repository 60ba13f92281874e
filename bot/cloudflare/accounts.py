"""Look up accounts by the names that people use for them."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import UnknownAccount


class Accounts:
    """The configured accounts.

    Args:
        workflows: each account's workflows by the account's name; at least one. The first is the default.
        ids: Cloudflare's id of each account that has one, by its name. wrangler's engine has none.
    """

    def __init__(
        self, workflows: Mapping[str, CachedWorkflows], ids: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._workflows = workflows
        self.ids = ids

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

    def request_name(self, name: str) -> str | None:
        """Return an account as requests name it: None for the default one."""
        return None if name == self.names[0] else name

    def find_linked(self, account_id: str | None, otherwise: str | None = None) -> str | None:
        """Return the account that a link leads to, as requests name it: None for the default one.

        If no account has an id, wrangler's engine is the only one, and no link tells of it.

        Args:
            account_id: Cloudflare's, as the link has it; None without a link.
            otherwise: the account where no link tells it.

        Raises:
            LookupError: The link leads to an account that is not configured.
        """
        if account_id is None or not self.ids:
            return otherwise
        for name, id_ in self.ids.items():
            if id_ == account_id:
                return self.request_name(name)
        raise LookupError(account_id)
