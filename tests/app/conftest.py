"""The whole bot, as `tests/support/fixtures.py` runs it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.export.job import Intervals
from bot.export.plan import Bounds
from bot.export.service import Exports


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def short_export_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of exports more often than people need it, and wait for less."""
    short = timedelta(seconds=0.1)
    init: Any = Exports.__init__

    def with_short_times(self: Exports, *args: Any) -> None:
        init(self, *args, Intervals(short, short, short, (short, short), sending=timedelta(seconds=2)))

    monkeypatch.setattr(Exports, "__init__", with_short_times)
    monkeypatch.setattr("bot.app.Bounds", lambda time, rows: Bounds(time, rows, retries=(short, short)))
