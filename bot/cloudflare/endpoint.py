"""An account's base URL and its credentials."""

from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An API token, sent as a Bearer token. Cloudflare recommends it."""

    token: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate a request."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """The older credentials: an e-mail address and its global API key."""

    email: str
    key: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate a request."""
        return {"X-Auth-Email": self.email, "X-Auth-Key": self.key}


@dataclass(frozen=True, slots=True)
class NoCredentials:
    """No credentials, for wrangler's local engine."""

    def headers(self) -> dict[str, str]:
        """Return no headers."""
        return {}


Credentials = ApiToken | GlobalKey | NoCredentials


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL and the credentials of one account.

    Attributes:
        base_url: the URL before `/workflows`, without a slash at the end.
        credentials: sent to this host only.
        may_ignore_bounds: it may ignore the bounds of creation time; see `bounds`.
        account_id: Cloudflare's id of the account; None for wrangler's local engine, which has none.
        makes_phantoms: it makes a row of each id that it is asked for; see `phantoms`.
    """

    base_url: str
    credentials: Credentials
    may_ignore_bounds: bool = False
    account_id: str | None = None
    makes_phantoms: bool = False


def production_endpoint(base_url: str, account_id: str, credentials: Credentials) -> Endpoint:
    """Return the endpoint of an account in Cloudflare's API."""
    url = f"{base_url.rstrip('/')}/accounts/{quote(account_id, safe='')}"
    return Endpoint(url, credentials, account_id=account_id)


def wrangler_endpoint(dev_url: str) -> Endpoint:
    """Return the endpoint of a `wrangler dev` of version 4.117 or newer.

    A URL with a path is taken as the whole base URL.
    """
    url = dev_url.rstrip("/")
    has_path = "/" in url.partition("://")[2]
    base_url = url if has_path else f"{url}/cdn-cgi/local/explorer/api"
    return Endpoint(base_url, NoCredentials(), may_ignore_bounds=True, makes_phantoms=True)
