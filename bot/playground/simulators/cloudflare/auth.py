"""Credentials of the simulated account: an API token, or the older pair of e-mail and key."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.playground.simulators.cloudflare.envelope import forbidden, unauthenticated

READ_PERMISSIONS: Final = frozenset({"Workers Tail Read", "Workers Scripts Read", "Workers Scripts Write"})
"""Permissions of which any one allows reading workflows (API reference, "Accepted Permissions")."""

ANALYTICS_PERMISSION: Final = "Account Analytics Read"
"""What GraphQL analytics need; it allows nothing else."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token sent as ``Authorization: Bearer``."""

    value: str
    permissions: frozenset[str] = READ_PERMISSIONS

    @property
    def owner(self) -> str:
        """The owner of the request budget."""
        return f"token {self.value}"

    def matches(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request carries this token."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and _same(value.strip(), self.value)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A user's e-mail and global key, sent as ``X-Auth-Email`` and ``X-Auth-Key``."""

    email: str
    key: str
    permissions: frozenset[str] = READ_PERMISSIONS

    @property
    def owner(self) -> str:
        """The owner of the request budget."""
        return f"user {self.email}"

    def matches(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request carries this pair."""
        given = headers.get("X-Auth-Email", ""), headers.get("X-Auth-Key", "")
        return _same(given[0], self.email) and _same(given[1], self.key)


Credential: TypeAlias = ApiToken | ApiKey


def authenticate(headers: Mapping[str, str], accepted: tuple[Credential, ...]) -> Credential:
    """Return the credential of a request.

    Raises:
        ApiError: 401 with code 10000; no credential, or a wrong one.
    """
    for credential in accepted:
        if credential.matches(headers):
            return credential
    raise unauthenticated()


def authorize(credential: Credential) -> None:
    """Check that a credential may read workflows.

    Raises:
        ApiError: 403 with code 10000; it has none of the permissions.
    """
    if not credential.permissions & READ_PERMISSIONS:
        raise forbidden()


def may_query(credential: Credential) -> bool:
    """Return whether a credential may query analytics."""
    return ANALYTICS_PERMISSION in credential.permissions


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
