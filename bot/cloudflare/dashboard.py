"""Addresses in Cloudflare's dashboard: written for links, and read from what people paste.

`to=/:account` lets the dashboard ask the reader for the account, so that no account's id is needed.
Source: https://developers.cloudflare.com/fundamentals/reference/redirects/ (dashboard deep links).
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

_HOST: Final = "dash.cloudflare.com"
_HOSTS: Final = (_HOST, f"one.{_HOST}")
_ACCOUNT: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class DashboardPage:
    """What a page of the dashboard is about.

    Attributes:
        account: the account's id; None where the dashboard is to ask for it.
        workflow: its name; None for all of them.
        instance: its id; None for all of the workflow's.
    """

    account: str | None = None
    workflow: str | None = None
    instance: str | None = None


def write_url(page: DashboardPage) -> str:
    """Return the address of a page."""
    path = "/workers/workflows"
    if page.workflow is not None:
        path += f"/{quote(page.workflow, safe='')}"
        if page.instance is not None:
            path += f"/instance/{quote(page.instance, safe='')}"
    if page.account:
        return f"https://{_HOST}/{page.account}{path}"
    return f"https://{_HOST}/?to={quote(f'/:account{path}', safe='/:')}"  # the path, as the value of a query


def read_url(url: str) -> DashboardPage | None:
    """Return what an address is about; None if it is none of the dashboard's pages about workflows."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname not in _HOSTS:
            return None
    except ValueError:
        return None
    path = parts.path
    if path in ("", "/"):
        path = parse_qs(parts.query).get("to", [""])[0]
    account, *rest = [unquote(part) for part in path.split("/") if part] or [""]
    if "workflows" not in rest:
        return None
    names = rest[rest.index("workflows") + 1 :]
    instance = names[2] if len(names) > 2 and names[1] in ("instance", "instances") else None
    return DashboardPage(
        account if _ACCOUNT.fullmatch(account) else None, names[0] if names else None, instance
    )
