"""Accounts are found by name; the first one is the default."""

import pytest

from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import UnknownAccount
from bot.cloudflare.timed_cache import CacheTimes
from tests.support.clock import Clock

from .conftest import MakeClient


@pytest.fixture
def workflows(make_client: MakeClient, clock: Clock) -> dict[str, CachedWorkflows]:
    return {name: CachedWorkflows(make_client(), CacheTimes(), clock.seconds) for name in ("prod", "staging")}


def test_names_keep_their_order(workflows: dict[str, CachedWorkflows]) -> None:
    assert Accounts(workflows).names == ("prod", "staging")


def test_an_account_is_found_by_its_name(workflows: dict[str, CachedWorkflows]) -> None:
    assert Accounts(workflows).get("staging") == ("staging", workflows["staging"])


def test_no_name_selects_the_first_account(workflows: dict[str, CachedWorkflows]) -> None:
    assert Accounts(workflows).get(None) == ("prod", workflows["prod"])


@pytest.mark.parametrize("name", ["", "Prod", "test"])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(
    name: str, workflows: dict[str, CachedWorkflows]
) -> None:
    with pytest.raises(UnknownAccount) as error:
        Accounts(workflows).get(name)
    assert error.value.name == name
    assert error.value.known == ("prod", "staging")
