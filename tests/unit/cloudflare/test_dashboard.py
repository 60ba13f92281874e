"""Addresses in Cloudflare's dashboard are read, and written so that nothing in a name leads elsewhere."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.dashboard import DashboardPage, read_url, write_url

ACCOUNT = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("page", "url"),
    [
        (DashboardPage(), "https://dash.cloudflare.com/?to=/:account/workers/workflows"),
        (DashboardPage(ACCOUNT), f"https://dash.cloudflare.com/{ACCOUNT}/workers/workflows"),
        (
            DashboardPage(workflow="orders"),
            "https://dash.cloudflare.com/?to=/:account/workers/workflows/orders",
        ),
        (
            DashboardPage(ACCOUNT, "orders", "ord-1"),
            f"https://dash.cloudflare.com/{ACCOUNT}/workers/workflows/orders/instance/ord-1",
        ),
    ],
)
def test_a_page_has_its_address(page: DashboardPage, url: str) -> None:
    assert write_url(page) == url
    assert read_url(url) == page


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            f"https://dash.cloudflare.com/{ACCOUNT}/workers/workflows/orders/",
            DashboardPage(ACCOUNT, "orders"),
        ),
        (f"https://dash.cloudflare.com/{ACCOUNT}/workers/workflows?x=1#y", DashboardPage(ACCOUNT)),
        ("https://dash.cloudflare.com/abc/workers/workflows/orders", DashboardPage(None, "orders")),
        (
            f"http://dash.cloudflare.com/{ACCOUNT}/workers-and-pages/workflows/a%2Fb",
            DashboardPage(ACCOUNT, "a/b"),
        ),
        (f"https://one.dash.cloudflare.com/{ACCOUNT}/workers/workflows", DashboardPage(ACCOUNT)),
        (
            f"https://dash.cloudflare.com/{ACCOUNT}/workers/workflows/orders/settings",
            DashboardPage(ACCOUNT, "orders"),
        ),
    ],
)
def test_addresses_of_all_sorts_are_read(url: str, page: DashboardPage) -> None:
    assert read_url(url) == page


@pytest.mark.parametrize(
    "url",
    [
        "https://dash.cloudflare.com/",
        f"https://dash.cloudflare.com/{ACCOUNT}/workers/services",
        f"https://dash.cloudflare.com.evil.example/{ACCOUNT}/workers/workflows/orders",
        f"ftp://dash.cloudflare.com/{ACCOUNT}/workers/workflows/orders",
        "https://[::1/workflows",
        "orders",
        "",
    ],
)
def test_other_addresses_are_none(url: str) -> None:
    assert read_url(url) is None


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
    lambda text: text not in {".", ".."}
)


@given(st.none() | st.just(ACCOUNT), names, st.none() | names)
def test_whatever_is_in_a_name_the_address_leads_to_it_and_nowhere_else(
    account: str | None, workflow: str, instance: str | None
) -> None:
    page = DashboardPage(account, workflow, instance)
    url = write_url(page)
    assert urlsplit(url).hostname == "dash.cloudflare.com"
    assert not set('<>|" \n') & set(url)
    assert read_url(url) == page
