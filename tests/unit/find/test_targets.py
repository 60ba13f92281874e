"""What a text asks to look for."""

import pytest

from bot.find.command import read_pasted
from bot.find.requests import FindInstances
from bot.find.targets import Shape, Targets, read_targets, spellings, target_of_id
from bot.language.command import Command
from tests.support.commands import read
from tests.support.cpu import BACKTRACKING, computing_seconds

UUID = "5dd78a45-4313-491a-8f70-0bbe1d4061fa"
HASH = "0123456789abcdef" * 4
CRON = "*/30 9-17 * * 1-5,7#2 -1786001400000"
WORKFLOWS = {"orders": None, "order-2": None, "image pipeline": "staging"}
LINK = "https://dash.cloudflare.com/{account}/workers/workflows/{name}/{kind}/{id}"
EITHER, LIKELY, PART, WHOLE = Shape.EITHER, Shape.LIKELY_PART, Shape.PART, Shape.WHOLE


def shown(targets: Targets) -> list[tuple[str, Shape]]:
    return [(target.text, target.shape) for target in targets.shown]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ord-59603", [("ord-59603", EITHER)]),
        ("`ord-59603`", [("ord-59603", EITHER)]),
        ("*ord-59603*", [("ord-59603", EITHER)]),
        ("ord-59*", [("ord-59", PART)]),
        ('"ord-59*"', [("ord-59", PART)]),
        ("abc*", [("abc", PART)]),
        ("o1", [("o1", LIKELY)]),
        ("58152", [("58152", LIKELY)]),
        ("#59603", [("59603", LIKELY)]),
        ('"#59603"', [("#59603", EITHER)]),
        (UUID, [(UUID, WHOLE)]),
        (UUID.upper(), [(UUID.upper(), WHOLE)]),
        (UUID[:8], [(UUID[:8], LIKELY)]),
        (UUID[:13], [(UUID[:13], LIKELY)]),
        (UUID[:-1], [(UUID[:-1], LIKELY)]),
        (HASH, [(HASH, WHOLE)]),
        ("instance ord-59603", [("ord-59603", EITHER)]),
        ("id:ord-59603", [("ord-59603", EITHER)]),
        ("id: ord-59603", [("ord-59603", EITHER)]),
        ("ord-1 ord-2 ord-1", [("ord-1", LIKELY), ("ord-2", LIKELY)]),
        ("ord-59603, ord-59604", [("ord-59603", EITHER), ("ord-59604", EITHER)]),
        (f'"{CRON}"', [(CRON, EITHER)]),
        (CRON, [(CRON, WHOLE)]),
        ("0 3 * * *-1795921200000", [("0 3 * * *-1795921200000", WHOLE)]),
        ("ord-59603\nfailed 3 times again, see ord-59604", [("ord-59603", EITHER), ("ord-59604", EITHER)]),
        (f"Error: {UUID} timed out at 2026-11-23 after 30000 ms", [(UUID, WHOLE)]),
        ('the instance "ord-59603 can\'t be read by anybody here', [("ord-59603", EITHER)]),
        ("it failed 3 times on 2026-11-23 at 14:03:22", []),
        ("error 500 at 12:30 in the order flow", []),
        ("orders", []),
        ("order-2", []),
        ("image pipeline", []),
        ("", []),
        ("a" * 272 + "1", []),
    ],
)  # fmt: skip
def test_ids_and_beginnings_are_told_from_words(text: str, expected: list[tuple[str, Shape]]) -> None:
    assert shown(read_targets(text, WORKFLOWS)) == expected


@pytest.mark.parametrize("kind", ["instance", "instances"])
def test_a_link_names_its_workflow_and_account(kind: str) -> None:
    link = LINK.format(account="f" * 32, name="image%20pipeline", kind=kind, id="a%2Fb%201")
    for text in (link, f"look at this please, somebody, soon: <{link}|here>"):
        (target,) = read_targets(text, WORKFLOWS).shown
        assert (target.text, target.shape) == ("a/b 1", WHOLE)
        assert target.named is not None
        assert (target.named.workflow, target.named.account_id) == ("image pipeline", "f" * 32)


def test_a_workflow_beside_an_id_is_likely_and_no_more() -> None:
    for text in ("ord-59603 orders", "ord-59603 in Orders", "orders ord-59603"):
        (target,) = read_targets(text, WORKFLOWS).shown
        assert (target.text, target.near, target.named) == ("ord-59603", "orders", None)
    (target,) = read_targets("orders/ord-59603", WORKFLOWS).shown
    assert target.named is not None
    assert target.named.workflow == "orders"


def test_ten_ids_are_looked_up_and_the_others_are_counted() -> None:
    found = read_targets(" ".join(f"ord-5960{number}" for number in range(13)), WORKFLOWS)
    assert (len(found.shown), found.left_out) == (10, 3)


def test_a_hexadecimal_id_may_have_been_written_in_capitals() -> None:
    assert spellings(UUID.upper()) == (UUID.upper(), UUID)
    assert spellings(UUID) == (UUID,)
    assert spellings("ORD-59603") == ("ORD-59603",)
    assert target_of_id("ORD-59603").text == "ORD-59603"


@pytest.mark.parametrize(
    "text", ["1-" * 1500, "a1*" * 1000, "1 " * 1500, "-1" * 1500, "1:" * 1500, "* " * 1500 + "1"]
)
def test_a_hostile_text_takes_no_longer_than_another(text: str) -> None:
    assert computing_seconds(lambda: read_targets(text, WORKFLOWS)) < BACKTRACKING


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("find ord-59603", FindInstances("ord-59603")),
        ("please find instance ord-59603", FindInstances("instance ord-59603")),
        ("find ord-59* account:prod", FindInstances("ord-59*", "prod")),
        ("find account:prod ord-59603", FindInstances("ord-59603", "prod")),
        ("find --account prod ord-59603", FindInstances("ord-59603", "prod")),
        ("find ord-59603 everywhere", FindInstances("ord-59603", everywhere=True)),
        ("find ord-59603 everywhere account:prod", FindInstances("ord-59603", "prod", everywhere=True)),
        ("find abc*", FindInstances("abc*")),
        ("search ord-59603", FindInstances("ord-59603")),
        ("lookup ord-59603", FindInstances("ord-59603")),
        ("where's ord-59603", FindInstances("ord-59603")),
        (
            "find Order status: errored since: 2h id ord-59603 of account: nobody",
            FindInstances("Order status: errored since: 2h id ord-59603 of account: nobody"),
        ),
        ('find he said "ord-59603 broke', FindInstances('he said "ord-59603 broke')),
        ("find can't open 'ord-59603", FindInstances("can't open 'ord-59603")),
        ('/workflows find "ord-59603', FindInstances('"ord-59603')),
    ],
)
def test_find_is_read(text: str, request_: FindInstances) -> None:
    assert read(text) == request_


@pytest.mark.parametrize(
    "request_",
    [
        FindInstances("ord-59603"),
        FindInstances("ord-59*", "prod"),
        FindInstances('"*/30 * * * * -1795989600000"', "prod", everywhere=True),
        FindInstances("Order ord-59603 failed at 12:30 and so did ord-59604", "prod"),
    ],
)
def test_what_can_be_typed_again_asks_for_the_same(request_: FindInstances) -> None:
    assert read(request_.command().removeprefix("/workflows ")) == request_


def test_a_quote_that_is_never_closed_is_a_mistake_in_all_else() -> None:
    for text in ('list "orders 1', "find 'a b c", 'finder "1'):
        assert read_pasted(Command(text)) is None
