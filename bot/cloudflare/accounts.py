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

    def request_name(self, name: str) -> str | None:
        """Return an account as requests name it: None for the default one."""
        return None if name == self.names[0] else name

    def find_linked(
        self, account_id: str | None, account_ids: Mapping[str, str], otherwise: str | None = None
    ) -> str | None:
        """Return the account that a link leads to, as requests name it: None for the default one.

        Args:
            account_id: Cloudflare's, as the link has it; None without a link.
            account_ids: Cloudflare's id of each account that has one, by its name. If none has one,
                wrangler's engine is the only account, and no link tells of it.
            otherwise: the account where no link tells it.

        Raises:
            LookupError: The link leads to an account that is not configured.
        """
        if account_id is None or not account_ids:
            return otherwise
        for name, id_ in account_ids.items():
            if id_ == account_id:
                return self.request_name(name)
        raise LookupError(account_id)
