"""What a text mentions, whoever wrote it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.inspect.mentions import MOST_MENTIONS, Mention, find_mentions
from bot.slack.message_text import MOST_TEXT
from tests.support.cpu import BACKTRACKING, computing_seconds

WORKFLOWS = {"orders": None, "order-processing": None, "refunds": "staging"}
ACCOUNT = "a" * 32
UUID = "3f2b8c9e-9d0b-4c57-8f52-3a6d1b7e9c10"
ORDERS, PROCESSING, REFUNDS = (Mention(name, account=account) for name, account in WORKFLOWS.items())


def url(workflow: str | None = "orders", instance: str | None = None, account: str | None = ACCOUNT) -> str:
    return write_url(DashboardPage(account, workflow, instance))


def instance(id_: str, workflow: str = "orders", account_id: str | None = None) -> Mention:
    return Mention(workflow, id_, WORKFLOWS.get(workflow), account_id)


def lone(id_: str, near: Mention | None = None) -> Mention:
    return Mention(None, id_, near=near)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("orders", [ORDERS]),
        ("The *orders* are late, `order-processing` isn't.", [ORDERS, PROCESSING]),
        ("ORDERS!", [ORDERS]),
        ("order's and reorders and orders2 and my-orders", []),
        ('{"workflow":"orders","instanceId":"ord-59603"}', [ORDERS, lone("ord-59603", ORDERS)]),
        ("orders/ord-59603", [instance("ord-59603")]),
        ("(orders/ord-11111), orders:ord-22222; `orders#ord-33333`.",
         [instance("ord-11111"), instance("ord-22222"), instance("ord-33333")]),
        ("orders/a1", [instance("a1")]),
        ("orders/refunds orders:failed", [ORDERS, REFUNDS]),
        ("refunds/ref-12345", [instance("ref-12345", "refunds")]),
        ("gone/ord-59603", [lone("ord-59603")]),
        ("ops/orders/ord-59603", [ORDERS, lone("ord-59603", ORDERS)]),
        (f"<{url()}>", [Mention("orders", account_id=ACCOUNT)]),
        (f"<{url(instance='ord-1')}|click>", [instance("ord-1", account_id=ACCOUNT)]),
        (f"see {url(instance='ord-1')}.", [instance("ord-1", account_id=ACCOUNT)]),
        (f"<{url(instance='a&b', account=None)}>".replace("&", "&amp;"), [instance("a&b")]),
        (url("gone", "x"), [instance("x", "gone", ACCOUNT)]),
        (f"{url()} {url(account='b' * 32)}", [Mention("orders", account_id=id_ * 32) for id_ in "ab"]),
        (f"orders {url()} orders", [Mention("orders", account_id=ACCOUNT)]),
        (url(None), []),
        (url(instance="x" * 271), [instance("x" * 271, account_id=ACCOUNT)]),
        (url(instance="x" * 272), [Mention("orders", account_id=ACCOUNT)]),
        ("https://example.com/orders/ord-59603?x=ord-59604", []),
        (f"{UUID} {UUID.upper()}", [lone(UUID), lone(UUID.upper())]),
        ("ord-59603, ord-59603", [lone("ord-59603")]),
        ("ord-59603 of orders", [lone("ord-59603", ORDERS), ORDERS]),
        ("orders: ord-1111, refunds: ref-2222 ref-3333",
         [ORDERS, lone("ord-1111", ORDERS), REFUNDS, lone("ref-2222", REFUNDS), lone("ref-3333", REFUNDS)]),
        ("ord-59603 orders/ord-59603", [instance("ord-59603")]),
        ("order 59603123", []),
        ("orders 59603123", [ORDERS, lone("59603123", ORDERS)]),
        ("2026-11-29 2026-11-29T18:30:57Z 18:30:57 10.0.0.1 +49 5551234567", []),
        ("<@U0123456789> <#C0123456789|orders> <!date^1764441234^{date}|orders> <!here>", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_found(text: str, found: list[Mention]) -> None:
    assert list(find_mentions(text, WORKFLOWS).shown) == found


def test_there_are_ten_at_most_and_the_rest_is_counted() -> None:
    found = find_mentions(" ".join(f"orders/ord-{number}" for number in range(25)), WORKFLOWS)
    assert (len(found.shown), found.left_out) == (MOST_MENTIONS, 15)
    assert found.shown[-1] == instance("ord-9")


def test_without_any_names_links_and_ids_are_found() -> None:
    assert [each.instance for each in find_mentions(f"{url(instance='x')} {UUID}", {}).shown] == ["x", UUID]


HOSTILE = (
    "<@" * MOST_TEXT,
    "<!" + "a" * MOST_TEXT,
    "https://" * MOST_TEXT,
    "https://dash.cloudflare.com/?to=" + "%2F:" * MOST_TEXT,
    "https://dash.cloudflare.com" + "/workflows" * MOST_TEXT,
    "https://[" + "x" * 50,
    "a/" * MOST_TEXT,
    "a-" * MOST_TEXT,
    "1" * MOST_TEXT,
    "1a " * MOST_TEXT,
    "orders/" + "1a" * MOST_TEXT,
    "orders/a1 " * MOST_TEXT,
    "&amp;" * MOST_TEXT,
    "\N{ZERO WIDTH JOINER}" * MOST_TEXT,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_takes_long(text: str) -> None:
    assert computing_seconds(lambda: find_mentions(text * 50, WORKFLOWS)) < BACKTRACKING


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(["orders", "/", " ", "<", ">", "|", "https://dash.cloudflare.com/", "workflows",
                             "@", ":", "%", "[", "]", "&amp;", "ord-59603", UUID, "\ud800", "\n", "?to="])
        ).map("".join),
    )
)  # fmt: skip
@example("https://dash.cloudflare.com/?to=%ff/workers/workflows/%00/instance/%ff")
@example("https://[::1")
def test_any_text_has_bounded_mentions_in_its_order_each_once(text: str) -> None:
    found = find_mentions(text, WORKFLOWS)
    assert len(found.shown) <= MOST_MENTIONS
    assert (found.left_out > 0) <= (len(found.shown) == MOST_MENTIONS)
    assert len(set(found.shown)) == len(found.shown)
    for mention in found.shown:
        assert mention.workflow or mention.instance
        assert len(mention.instance or "") <= 100
        assert len(mention.workflow or "") <= 64
