"""Thousands of inputs per target, made of parts of real ones."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.robustness.hostile import properties, seeds
from tests.robustness.hostile.mutation import mutate
from tests.robustness.hostile.requests import get_harness, send_request
from tests.robustness.hostile.shape import is_slack_payload
from tests.robustness.hostile.targets import TARGETS
from tests.unit.browse.test_bookmark import ALPHABET
from tests.unit.digests.test_digest_grammar_properties import WORDS as DIGEST_WORDS
from tests.unit.language.strategies import HOSTILE

MANY, FEWER, FEW = 3_000, 2_000, 500
"""The number of inputs by their cost. atheris tries ten thousand per target, too."""
LIST_WORDS = (
    *HOSTILE, *b" ".join(seeds.list_commands()).decode().split(), '"my flow"', 'since:"yesterday 09:00"',
    "status:failed", "rows:21", "page:x", "--status", "sinc:2h", "account:PROD", "search:x",
)  # fmt: skip


def cases(count: int) -> settings:
    """Return hypothesis settings with a number of examples and without shrinking."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
    return settings(max_examples=count, phases=phases, suppress_health_check=list(HealthCheck), deadline=None)


def of_words(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return a strategy for sequences of words. One byte per word is fastest for hypothesis."""
    return st.binary(max_size=9).map(lambda picks: " ".join(words[pick % len(words)] for pick in picks))


@st.composite
def changed(draw: st.DrawFn, documents: list[Any]) -> Any:
    """Draw a document with a mutation."""
    random = Random(draw(st.integers(0, 2**48)))  # noqa: S311 - no secret
    return mutate(random.choice(documents), random)


@given(of_words(LIST_WORDS))
@cases(MANY)
def test_any_words_of_a_list_are_understood_or_refused(text: str) -> None:
    properties.command(text)


@given(of_words(tuple(DIGEST_WORDS.split())), st.sampled_from(["", "create ", "create daily 9am "]))
@cases(FEWER)
def test_any_words_of_a_digest_are_understood_or_refused(text: str, before: str) -> None:
    properties.command(f"digest {before}{text}")


FIND_WORDS = (
    *HOSTILE, "ord-59603", "ord-59*", "orders/ord-59603", "58152", "everywhere", "account:prod", "account:x",
    "https://dash.cloudflare.com/x/workers/workflows/a%60b/instance/1%3C2345", "id:a1", "a1`<!here>", "*1*",
)  # fmt: skip


@given(of_words(FIND_WORDS))
@cases(FEW)
def test_any_words_of_a_search_are_looked_for_or_refused(text: str) -> None:
    properties.search(text)


@given(st.text(ALPHABET, max_size=60).map("2.{}".format))
@cases(MANY)
def test_any_letters_on_a_button_are_read_or_refused(text: str) -> None:
    properties.button_value(text)


PACKED = [seed for seed in seeds.button_values() if b"{" in seed]
"""Requests before packing: a kind, and JSON."""


@given(
    st.sampled_from([seed.partition(b"{")[0] for seed in PACKED]),
    changed([json.loads(seed[seed.index(b"{") :]) for seed in PACKED]),
)
@cases(FEWER)
def test_anything_packed_as_a_request_is_shown_or_refused(kind: bytes, document: Any) -> None:
    TARGETS["button_value"].run(kind + json.dumps(document).encode())


@given(changed([json.loads(seed) for seed in seeds.answers()]))
@cases(FEWER)
def test_anything_that_cloudflare_may_answer_is_shown_or_explained(document: Any) -> None:
    TARGETS["answer"].run(json.dumps(document).encode())


PAYLOADS = [json.loads(seed) for seed in seeds.requests()]


@pytest.mark.usefixtures("_app")
@given(changed(PAYLOADS).filter(is_slack_payload))
@cases(FEW)
def test_whatever_slack_may_send_is_acknowledged_and_answered(document: Any) -> None:
    send_request(json.dumps(document).encode())


@pytest.mark.usefixtures("_app")
@given(of_words(LIST_WORDS))
@cases(FEW)
def test_whatever_is_typed_is_answered_in_the_ack(text: str) -> None:
    form = {**PAYLOADS[0]["form"], "text": text}
    send_request(json.dumps({"form": form}).encode())
    assert get_harness().answers == 1
