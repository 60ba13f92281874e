"""Whether a message can hold its blocks is found out quickly, and never wrongly."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui import limits

ODD = st.text(st.characters(), max_size=30)


@given(ODD, st.integers(0, limits.MESSAGE // 20))
@example('",:\\\n', 1_000)
@example("\ud800", 1)
@example("\ud800", limits.MESSAGE)
@example("💥", limits.MESSAGE)
def test_what_fits_is_what_is_counted_character_by_character(text: str, times: int) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text * times}}]
    assert limits.fits(blocks) == (limits.size(blocks) <= limits.MESSAGE)


def test_a_message_fits_to_the_last_character() -> None:
    assert limits.fits(of_size(limits.MESSAGE))
    assert not limits.fits(of_size(limits.MESSAGE + 1))


def of_size(characters: int) -> list[limits.Block]:
    around = limits.size([{"text": ""}])
    return [{"text": "," * (characters - around)}]


@pytest.mark.parametrize("most", range(8, 24))
def test_a_cut_leaves_no_code_open_and_none_empty(most: int) -> None:
    cut = limits.shorten_markup("runs at `0 9 * * 1` and `x`", most)
    assert len(cut) <= most
    assert cut.count("`") % 2 == 0
    assert "``" not in cut
