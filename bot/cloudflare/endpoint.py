"""Where an account's Workflows answer, and both security schemes of the API."""

from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The preferred security scheme: a token as Bearer."""

    token: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """Headers that prove who asks."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """The older security scheme: an e-mail address and its global API key."""

    email: str
    key: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """Headers that prove who asks."""
        return {"X-Auth-Email": self.email, "X-Auth-Key": self.key}


@dataclass(frozen=True, slots=True)
class NoCredentials:
    """wrangler's local engine asks for none."""

    def headers(self) -> dict[str, str]:
        """No headers."""
        return {}


Credentials = ApiToken | GlobalKey | NoCredentials


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One account as the network sees it.

    Attributes:
        base_url: the URL before `/workflows`, without a slash at the end.
        credentials: sent to that host and no other.
    """

    base_url: str
    credentials: Credentials


def production_endpoint(base_url: str, account_id: str, credentials: Credentials) -> Endpoint:
    """An account of Cloudflare's own API."""
    return Endpoint(f"{base_url.rstrip('/')}/accounts/{quote(account_id, safe='')}", credentials)


def wrangler_endpoint(dev_url: str) -> Endpoint:
    """The engine inside a `wrangler dev` (4.117 or newer; a URL with a path is taken as the whole root)."""
    url = dev_url.rstrip("/")
    has_path = "/" in url.partition("://")[2]
    return Endpoint(url if has_path else f"{url}/cdn-cgi/local/explorer/api", NoCredentials())
