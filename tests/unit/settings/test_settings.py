"""Settings are read as people and platforms write them, and refused in words that fit."""

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "secret",
    "CLOUDFLARE_ACCOUNT_ID": "a" * 32,
    "CLOUDFLARE_API_TOKEN": "token",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Only the good settings, in an empty folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def _problems() -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        load()
    return wrong.value.problems


def test_the_good_ones_are_good() -> None:
    assert list(load().endpoints) == ["default"]


def test_a_secret_may_end_in_a_line_break(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CLOUDFLARE_API_TOKEN", " token\n")
    assert load().endpoints["default"].credentials.headers() == {"Authorization": "Bearer token"}


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_token_is_none_and_the_key_is_used(environment: pytest.MonkeyPatch, blank: str) -> None:
    environment.setenv("CLOUDFLARE_API_TOKEN", blank)
    environment.setenv("CLOUDFLARE_EMAIL", "ops@example.com")
    environment.setenv("CLOUDFLARE_API_KEY", "key")
    assert load().endpoints["default"].credentials.headers() == {
        "X-Auth-Email": "ops@example.com",
        "X-Auth-Key": "key",
    }


def test_a_blank_token_within_accounts_is_none_too(environment: pytest.MonkeyPatch) -> None:
    accounts = '{"eu": {"account_id": "x", "api_token": "", "email": "e", "api_key": "k"}}'
    environment.setenv("CLOUDFLARE_ACCOUNTS", accounts)
    assert set(load().endpoints["eu"].credentials.headers()) == {"X-Auth-Email", "X-Auth-Key"}


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"])
def test_a_blank_secret_is_missing(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, " ")
    [problem] = _problems()
    assert problem.startswith(f"{name} is missing")


def test_a_blank_app_token_turns_nothing_on(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SLACK_APP_TOKEN", " ")
    assert load().slack_app_token is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDFLARE_API_BASE_URL", "http://127.0.0.1:99999"),
        ("CLOUDFLARE_API_BASE_URL", "https://user:password@host"),
        ("CLOUDFLARE_API_BASE_URL", "ftp://host"),
        ("WRANGLER_DEV_URL", "127.0.0.1:8787"),
        ("BOT_CACHE_FIRST_PAGES", "inf"),
        ("BOT_CACHE_OTHER_PAGES", "nan"),
        ("BOT_SHUTDOWN_SECONDS", "inf"),
        ("BOT_KEEP_BOOKMARKS_DAYS", "inf"),
        ("BOT_REQUEST_DEADLINE", "soon"),
        ("BOT_LOG_LEVEL", "loud"),
        ("PORT", "-1"),
        ("BOT_ACCOUNT_NAME", "my account"),
        ("SLACK_BOT_TOKEN", "xoxb-\u2026"),
    ],
)
def test_a_malformed_setting_is_named_in_one_line(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    [problem] = _problems()
    assert problem.startswith(f"{name} ")
    assert "password" not in problem


def test_all_that_is_wrong_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SLACK_BOT_TOKEN")
    environment.setenv("PORT", "many")
    environment.setenv("DATABASE_URL", "mysql://x/y")
    assert [problem.split()[0] for problem in _problems()] == ["PORT", "SLACK_BOT_TOKEN", "DATABASE_URL"]


def test_a_settings_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")
    assert _problems() == [".env is not UTF-8: save it as such"]


def test_the_first_account_is_the_default(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BOT_ACCOUNT_NAME", "prod")
    environment.setenv("CLOUDFLARE_ACCOUNTS", '{"eu": {"account_id": "x", "api_token": "t"}}')
    environment.setenv("WRANGLER_DEV_URL", "http://127.0.0.1:8787")
    assert list(load().endpoints) == ["prod", "eu", "local"]


def test_an_older_engine_s_whole_path_is_taken_as_it_is(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("WRANGLER_DEV_URL", "http://127.0.0.1:8787/cdn-cgi/explorer/api")
    assert load().endpoints["local"].base_url == "http://127.0.0.1:8787/cdn-cgi/explorer/api"


def test_no_secret_is_ever_shown() -> None:
    settings = load()
    shown = f"{settings!r} {settings} {settings.endpoints!r}"
    for secret in ("xoxb-1", "secret", "token"):
        assert f"'{secret}'" not in shown
