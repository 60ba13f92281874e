"""Which errors have one cause, by hundreds of real ones; and what texts made to hurt cost."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from bot.cloudflare.causes import Cause, cause_key, fingerprint
from bot.cloudflare.folding import fold_name, fold_text
from tests.support.cpu import BACKTRACKING, computing_seconds

CORPUS = Path(__file__).parents[2] / "fixtures" / "errors.toml"


def corpus() -> list[tuple[str, Cause]]:
    """Return each error of the corpus as a cause, with its group."""
    groups = tomllib.loads(CORPUS.read_text())["groups"]
    pairs = [
        (group, (None, each) if isinstance(each, str) else each) for group in groups for each in groups[group]
    ]
    return [(group, Cause("charge card", *error)) for group, error in pairs]


def test_errors_of_one_cause_fall_together_and_those_of_others_stay_apart() -> None:
    errors = corpus()
    assert len(errors) >= 150
    keys = [(group, cause_key(cause), cause) for group, cause in errors]
    wrong = [
        (one, other, first.message, second.message)
        for (one, key, first), (other, other_key, second) in combinations(keys, 2)
        if (one == other) is not (key == other_key)
    ]
    assert not wrong, "\n".join(map(str, wrong[:20]))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Order 550e8400-e29b-41d4-a716-446655440000 not found", "Order # not found"),
        ("GET https://a.example/v1/1?x=2 → 503", "GET URL → 503"),
        (
            '{"error":{"code":"card_declined","request":"req_1"}}',
            '{"error":{"code":"card_declined","request":""}}',
        ),
        ("retry after 1h 30m", "retry after #"),
        ("R2 says no", "R2 says no"),
        ("SQLSTATE[42P01]: gone", "SQLSTATE[42P01]: gone"),
        ("postal code 10115", "postal code #"),
        ("boom\n    at run (worker.js:1:2)\n    at main (worker.js:3:4)", "boom"),
        ("closed at 9:30 PM", "closed at #"),
    ],
)
def test_what_is_left_of_a_text(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Http2Error", "Http2Error"),
        ("Error404", "Error404"),
        ("Order12345Error", "Order#Error"),
        ("E 12-3", "E #"),
    ],
)
def test_the_name_of_an_error_keeps_its_digits(name: str, folded: str) -> None:
    assert fold_name(name) == folded


def test_a_key_is_short_the_same_everywhere_and_another_for_another_cause() -> None:
    assert cause_key(Cause("charge card", "CardError", "declined 17")) == "7095735fc7"
    one, other = Cause("a", None, "x"), Cause(None, "a", "x")
    assert fingerprint(one).key != fingerprint(other).key
    assert cause_key(Cause("a", "b", "\ud800")) != cause_key(Cause("a", "b", None))


HOSTILE = [
    *"a1#\"'“«`「/\\.@-_:+([{ \n\té",
    *(
        "x@",
        "1@",
        "a/",
        "a.",
        "1:",
        "1 ",
        "a:1:1 ",
        " at ",
        " at a:1",
        "\nat a:1",
        "Mon ",
        "id=",
        "::",
        "fe80:",
    ),
    *("eyJa.", '{"a":', '"code":"', "message: '", '\\"', '  File "a", line 1\n', "1 May ", "+1 ", "#, "),
    *("<a>", "<a>b</a>", "error ", "ß", "\u0301", "\ufdfa", "a1-", "A_", "$1 ", "P1D"),
]


@pytest.mark.parametrize("repeated", HOSTILE)
def test_a_text_that_was_made_to_hurt_takes_no_time(repeated: str) -> None:
    text = (repeated * 100_000)[:100_000]
    assert computing_seconds(lambda: fold_text(text)) < BACKTRACKING, "others take some milliseconds"
