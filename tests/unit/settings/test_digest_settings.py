"""Settings of digests are read as people write them, and refused in words that fit."""

from datetime import timedelta

import pytest

from bot.settings import Settings, SettingsError, load

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "secret",
    "WRANGLER_DEV_URL": "http://127.0.0.1:8787",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Only the good settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ()),
        ("U012AB3CD", ("U012AB3CD",)),
        (" U012AB3CD , W045EF6GH,U012AB3CD,", ("U012AB3CD", "W045EF6GH")),
    ],
)
def test_admins_are_named_by_their_ids(
    environment: pytest.MonkeyPatch, written: str, read: tuple[str, ...]
) -> None:
    environment.setenv("BOT_ADMINS", written)
    assert load().bot_admins == read


@pytest.mark.parametrize("written", ["@ada", "U012AB3CD,ada", "u012ab3cd", "U012AB3CD;U045EF6GH", "U"])
def test_an_admin_who_is_no_id_is_refused_with_where_to_find_it(
    environment: pytest.MonkeyPatch, written: str
) -> None:
    environment.setenv("BOT_ADMINS", written)
    with pytest.raises(SettingsError) as wrong:
        load()
    assert len(wrong.value.problems) == 1
    assert wrong.value.problems[0].startswith("BOT_ADMINS holds ")
    assert "Copy member ID" in wrong.value.problems[0]


def test_digests_have_patience_by_default() -> None:
    settings = load()
    assert settings.digest_lateness == timedelta(hours=1)
    assert settings.digest_lookback == timedelta(days=7)
    assert settings.digest_retry == timedelta(minutes=10)
    assert settings.takeover == timedelta(seconds=30)


def test_others_do_not_take_over_while_a_worker_merely_takes_a_breath(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("BOT_TAKEOVER_SECONDS", "1")
    with pytest.raises(SettingsError):
        load()
