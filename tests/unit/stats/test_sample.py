"""How long the reading of many lists takes at most."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.browse.browser import Browser
from bot.browse.screen import Found, Searched
from bot.browse.selection import Selection
from bot.browse.several.reading import Limits
from bot.cloudflare.errors import Unavailable
from bot.stats.sample import SampleLimits, read_samples


class SlowLists:
    """Each list takes a while to answer, and one of them does not answer at all."""

    async def read_back(self, selection: Selection, *, limits: Limits, fresh: bool) -> Found:
        assert limits.seconds > 0
        assert not fresh
        await asyncio.sleep(60 if selection.workflow == "w-3" else 0.05)
        now = datetime.now(UTC)
        return Found(
            "prod",
            (),
            Searched(0, 0, None, complete=True),
            (),
            (),
            0,
            unlisted=False,
            unread={},
            fetched_at=now,
        )


async def test_one_end_is_for_the_first_pages_of_all_lists() -> None:
    names = [f"w-{number}" for number in range(100)]
    begun = asyncio.get_running_loop().time()
    limits = SampleLimits(0, begun + 0.12, timedelta(seconds=0.2))
    browser = cast("Browser", SlowLists())
    samples = await read_samples(browser, Selection(("*",)), names, limits, fresh=False)
    assert asyncio.get_running_loop().time() - begun < 4, "one after the other they would take five"
    assert [each.workflow for each in samples] == names
    assert samples[0].is_all
    assert isinstance(samples[3].error, Unavailable)
    assert isinstance(samples[99].error, Unavailable)
