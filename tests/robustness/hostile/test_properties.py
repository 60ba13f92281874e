"""Inputs made of the parts of real ones, many thousands at each door."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.robustness.hostile import properties, seeds
from tests.robustness.hostile.mutation import mutated
from tests.robustness.hostile.requests import scene, sent
from tests.robustness.hostile.shape import is_slacks
from tests.robustness.hostile.targets import TARGETS
from tests.unit.browse.test_bookmark import ALPHABET
from tests.unit.digests.test_digest_grammar_properties import WORDS as DIGEST_WORDS
from tests.unit.language.strategies import HOSTILE

MANY, FEWER, FEW = 3_000, 2_000, 500
"""By what an input takes. atheris brings ten thousand to each of these doors, too."""
LIST_WORDS = (
    *HOSTILE, *b" ".join(seeds.list_commands()).decode().split(), '"my flow"', 'since:"yesterday 09:00"',
    "status:failed", "rows:21", "page:x", "--status", "sinc:2h", "account:PROD", "search:x",
)  # fmt: skip


def cases(count: int) -> settings:
    """So many of them, without looking for the simplest one of those that fail for long."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
    return settings(max_examples=count, phases=phases, suppress_health_check=list(HealthCheck), deadline=None)


def of_words(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Some words in a row. A byte for each is the quickest way for hypothesis to choose among many."""
    return st.binary(max_size=9).map(lambda picks: " ".join(words[pick % len(words)] for pick in picks))


@st.composite
def changed(draw: st.DrawFn, documents: list[Any]) -> Any:
    """One of some documents with something in it changed."""
    random = Random(draw(st.integers(0, 2**48)))  # noqa: S311 - no secret
    return mutated(random.choice(documents), random)


@given(of_words(LIST_WORDS))
@cases(MANY)
def test_any_words_of_a_list_are_understood_or_refused(text: str) -> None:
    properties.command(text)


@given(of_words(tuple(DIGEST_WORDS.split())), st.sampled_from(["", "create ", "create daily 9am "]))
@cases(FEWER)
def test_any_words_of_a_digest_are_understood_or_refused(text: str, before: str) -> None:
    properties.command(f"digest {before}{text}")


@given(st.text(ALPHABET, max_size=60).map("2.{}".format))
@cases(MANY)
def test_any_letters_on_a_button_are_read_or_refused(text: str) -> None:
    properties.button_value(text)


PACKED = [seed for seed in seeds.button_values() if b"{" in seed]
"""Requests as they are written before they are packed: a kind, and JSON."""


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
@given(changed(PAYLOADS).filter(is_slacks))
@cases(FEW)
def test_whatever_slack_may_send_is_acknowledged_and_answered(document: Any) -> None:
    sent(json.dumps(document).encode())


@pytest.mark.usefixtures("_app")
@given(of_words(LIST_WORDS))
@cases(FEW)
def test_whatever_is_typed_is_answered_in_the_ack(text: str) -> None:
    form = {**PAYLOADS[0]["form"], "text": text}
    sent(json.dumps({"form": form}).encode())
    assert scene().answers == 1
