"""Settings are read as people and platforms write them, and refused in words that fit."""

import json
from pathlib import Path

import pytest

from bot.settings import DatabaseSettings, ReportSettings, Settings, SettingsError, load, load_as
from bot.settings.sources import describe_cleaned_settings

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "secret",
    "CLOUDFLARE_ACCOUNT_ID": "a" * 32,
    "CLOUDFLARE_API_TOKEN": "token",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Only the good settings, in an empty folder."""
    for name in (*Settings.model_fields, "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
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


@pytest.mark.parametrize("marks", ['""', "''", "``", "“”", "‘’"])
def test_quotation_marks_around_a_value_are_no_part_of_it(
    environment: pytest.MonkeyPatch, marks: str
) -> None:
    """As in a file for `docker run --env-file`, which takes each line as it is."""
    quoted = {
        **GOOD,
        "DATABASE_URL": "sqlite:///bot.sqlite3",
        "PORT": "3001",
        "CLOUDFLARE_API_BASE_URL": "https://api.example.com",
        "CLOUDFLARE_ACCOUNTS": '{"eu": {"account_id": "x", "api_token": "t"}}',
        "BOT_ADMINS": "U024BE7LH",
        "BOT_LOG_FORMAT": "console",
    }
    for name, value in quoted.items():
        environment.setenv(name, f"{marks[0]}{value}{marks[1]}")
    settings = load()
    assert settings.bot_token == "xoxb-1"
    assert settings.port == 3001
    assert settings.database_url.get_secret_value() == "sqlite:///bot.sqlite3"
    assert settings.bot_admins == ("U024BE7LH",)
    assert settings.bot_log_format == "console"
    assert list(settings.endpoints) == ["default", "eu"]
    assert describe_cleaned_settings(["PORT", "BOT_HOST"]) == ("left out: quotation marks around PORT",)


@pytest.mark.parametrize("before", ["Bearer ", "bearer  ", "Authorization: Bearer "])
def test_what_an_http_header_has_before_a_token_is_no_part_of_it(
    environment: pytest.MonkeyPatch, before: str
) -> None:
    environment.setenv("CLOUDFLARE_API_TOKEN", f"{before}token")
    environment.setenv("SLACK_BOT_TOKEN", f'"{before}xoxb-1"')
    accounts = {"eu": {"account_id": "x", "api_token": f"{before}t"}}
    environment.setenv("CLOUDFLARE_ACCOUNTS", json.dumps(accounts))
    settings = load()
    assert settings.bot_token == "xoxb-1"
    assert settings.endpoints["default"].credentials.headers() == {"Authorization": "Bearer token"}
    assert settings.endpoints["eu"].credentials.headers() == {"Authorization": "Bearer t"}
    assert describe_cleaned_settings(["CLOUDFLARE_API_TOKEN"]) == (
        "left out: what an HTTP header has before CLOUDFLARE_API_TOKEN",
    )


@pytest.mark.parametrize("value", ['"token', "token'", "token # of staging", "token next"])
def test_a_secret_with_what_no_secret_has_is_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("CLOUDFLARE_API_TOKEN", value)
    assert _problems() == [
        "CLOUDFLARE_API_TOKEN holds a space or a quotation mark, which no such secret has: copy it anew"
    ]


SWAPPED = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, [SWAPPED]),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, ["SLACK_BOT_TOKEN holds an app-level token, and needs a bot token"]),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, ["SLACK_BOT_TOKEN holds a user token, and needs a bot token"]),
        ({"SLACK_BOT_TOKEN": "a" * 32}, ["SLACK_BOT_TOKEN holds something else, and needs a bot token"]),
        ({"SLACK_BOT_TOKEN": "xoxe-1"}, ["SLACK_BOT_TOKEN holds a configuration or refresh token"]),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, ["SLACK_APP_TOKEN holds a bot token, and needs an app-level token"]),
        ({"SLACK_APP_TOKEN": "1"}, ["SLACK_APP_TOKEN holds something else, and needs an app-level token"]),
        ({"SLACK_SIGNING_SECRET": "xoxb-1"}, ["SLACK_SIGNING_SECRET holds a bot token: copy the signing"]),
    ],
)
def test_a_token_of_another_kind_is_named_by_its_kind(
    environment: pytest.MonkeyPatch, given: dict[str, str], said: list[str]
) -> None:
    for name, value in given.items():
        environment.setenv(name, value)
    problems = _problems()
    assert [problem[: len(line)] for problem, line in zip(problems, said, strict=True)] == said
    assert not any(value in problem for value in given.values() for problem in problems if len(value) > 1)


def test_a_bot_token_that_slack_rotates_is_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SLACK_BOT_TOKEN", "xoxe.xoxb-1")
    assert load().bot_token == "xoxe.xoxb-1"


@pytest.mark.parametrize(("given", "used"), [("[::]", "::"), ("[::1]", "::1"), ("::", "::"), ("h", "h")])
@pytest.mark.parametrize("name", ["BOT_HOST", "BOT_METRICS_HOST"])
def test_an_address_may_have_the_brackets_of_a_url(
    environment: pytest.MonkeyPatch, name: str, given: str, used: str
) -> None:
    environment.setenv(name, given)
    assert getattr(load(), name.lower()) == used


@pytest.mark.parametrize("given", ["[::]:3000", "127.0.0.1:3000", "http://0.0.0.0", "[::", "localhost:3000"])
def test_an_address_with_more_than_itself_is_refused(environment: pytest.MonkeyPatch, given: str) -> None:
    environment.setenv("BOT_HOST", given)
    [problem] = _problems()
    assert problem.startswith("BOT_HOST is not an address alone")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "http", "PORT is not a whole number"),
        ("PORT", "65536", "PORT must be at most 65535"),
        ("PORT", "1.5", "PORT is not a whole number"),
        ("BOT_ACK_WITHIN", "0", "BOT_ACK_WITHIN must be more than 0"),
        ("BOT_REQUEST_RESERVE", "1", "BOT_REQUEST_RESERVE must be less than 1"),
        ("BOT_REQUEST_DEADLINE", "soon", "BOT_REQUEST_DEADLINE is not a number"),
        ("BOT_CACHE_FIRST_PAGES", "inf", "BOT_CACHE_FIRST_PAGES has to be a number that ends"),
        ("BOT_LOG_FORMAT", "xml", "BOT_LOG_FORMAT must be one of json, console"),
        ("CLOUDFLARE_ACCOUNTS", '["eu"]', "CLOUDFLARE_ACCOUNTS is not a JSON object"),
        ("CLOUDFLARE_ACCOUNTS", '{"eu": "x"}', "CLOUDFLARE_ACCOUNTS eu is not a JSON object"),
        (
            "CLOUDFLARE_ACCOUNTS",
            '{"eu": {"account_id": "", "api_token": "t"}}',
            "CLOUDFLARE_ACCOUNTS eu account_id is empty",
        ),
        (
            "CLOUDFLARE_ACCOUNTS",
            '{"eu": {"account_id": 7, "api_token": "t"}}',
            "CLOUDFLARE_ACCOUNTS eu account_id is not a text",
        ),
        (
            "CLOUDFLARE_ACCOUNTS",
            '{"eu": {"account_id": "x", "api_token": "t", "token": "t"}}',
            "CLOUDFLARE_ACCOUNTS eu token is not one of the keys of an account",
        ),
        ("CLOUDFLARE_ACCOUNTS", '{"eu": {"api_token": "t"}}', "CLOUDFLARE_ACCOUNTS eu account_id is missing"),
    ],
)
def test_a_setting_that_can_not_be_read_is_told_in_the_bots_own_words(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    assert _problems() == [said]


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("proxy.example.com:3128", "is not a URL of a proxy, as in http://proxy.example.com:3128"),
        ("ada:canary@proxy:3128", "is not a URL of a proxy"),
        ("http://:3128", "is not a URL of a proxy"),
        ("http://ada:can@ary:3128:1", "is not a URL of a proxy"),
        ("socks5://ada:canary@proxy:1080", "names socks5; only proxies over http are supported"),
        ("https://ada:canary@proxy:3128", "names https; only proxies over http are supported"),
    ],
)
@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_a_proxy_that_can_not_be_used_is_named_by_its_setting(
    environment: pytest.MonkeyPatch, name: str, proxy: str, said: str
) -> None:
    environment.setenv(name, proxy)
    [problem] = _problems()
    assert problem.startswith(f"{name} {said}")
    assert "canary" not in problem
    assert "ary" not in problem


def test_a_proxy_that_no_request_takes_may_be_anything(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTP_PROXY", "proxy:3128")
    environment.setenv("HTTPS_PROXY", "proxy:3128")
    environment.setenv("NO_PROXY", "slack.com,api.cloudflare.com")
    assert list(load().endpoints) == ["default"]


def test_digests_are_listed_by_the_database_alone(environment: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        environment.delenv(name)
    environment.setenv("DATABASE_URL", "sqlite:///other.sqlite3")
    assert load_as(DatabaseSettings).database_url.get_secret_value() == "sqlite:///other.sqlite3"
    with pytest.raises(SettingsError, match="no account is set"):
        load_as(ReportSettings)


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


def test_analytics_have_a_token_of_their_own(environment: pytest.MonkeyPatch) -> None:
    assert load().analytics_endpoints == {}
    accounts = {
        "eu": {
            "account_id": "x",
            "api_token": "t",
            "analytics_api_token": "a\n",
            "api_base_url": "https://h/v4/",
        },
        "us": {"account_id": "y", "api_token": "t", "analytics_api_token": ""},
    }
    environment.setenv("CLOUDFLARE_ACCOUNTS", json.dumps(accounts))
    environment.setenv("CLOUDFLARE_ANALYTICS_API_TOKEN", "Bearer analytics")
    found = load().analytics_endpoints
    assert {name: (each.base_url, each.account_id) for name, each in found.items()} == {
        "default": ("https://api.cloudflare.com/client/v4", "a" * 32),
        "eu": ("https://h/v4", "x"),
    }
    assert [each.credentials.headers()["Authorization"] for each in found.values()] == [
        "Bearer analytics",
        "Bearer a",
    ]


def test_an_analytics_token_needs_its_account(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("CLOUDFLARE_ACCOUNT_ID")
    environment.delenv("CLOUDFLARE_API_TOKEN")
    environment.setenv("CLOUDFLARE_ANALYTICS_API_TOKEN", "analytics")
    assert _problems() == ["CLOUDFLARE_ACCOUNT_ID is missing: set it beside its credentials"]


def test_no_secret_is_ever_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CLOUDFLARE_ANALYTICS_API_TOKEN", "analytics")
    settings = load()
    shown = f"{settings!r} {settings} {settings.endpoints!r} {settings.analytics_endpoints!r}"
    for secret in ("xoxb-1", "secret", "token", "analytics"):
        assert f"'{secret}'" not in shown


_EXPECTED_KEYS = (
    "names of keys are expected, separated by commas, with * for any letters, as in email,customer_*,*phone"
)


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("email", ("email",)),
        (" email, customer_*,*phone ,email,", ("email", "customer_*", "*phone")),
        ("stra\u00dfe,line?", ("stra\u00dfe", "line?")),
        ("", ()),
    ],
)
def test_keys_to_hide_are_a_list(environment: pytest.MonkeyPatch, value: str, keys: tuple[str, ...]) -> None:
    environment.setenv("BOT_REDACT", value)
    assert load().bot_redact == keys


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("*", "BOT_REDACT holds *, which every key fits: to hide all, set BOT_PAYLOADS=hide"),
        ("email,_?*", "BOT_REDACT holds _?*, which every key fits: to hide all, set BOT_PAYLOADS=hide"),
        (
            "customer.email",
            "BOT_REDACT holds customer.email: a key has no path, so name its last part, as in email",
        ),
        (
            "/mail/",
            f"BOT_REDACT holds /mail/: {_EXPECTED_KEYS}",
        ),
        (
            '["email"]',
            f'BOT_REDACT holds ["email"]: {_EXPECTED_KEYS}',
        ),
        (
            "x" * 60 + "$",
            f"BOT_REDACT holds {'x' * 40}\u2026: {_EXPECTED_KEYS}",
        ),
    ],
)
def test_keys_that_hide_nothing_are_refused(
    environment: pytest.MonkeyPatch, value: str, problem: str
) -> None:
    environment.setenv("BOT_REDACT", value)
    assert _problems() == [problem]


def test_payloads_are_shown_or_hidden(environment: pytest.MonkeyPatch) -> None:
    assert load().bot_payloads == "show"
    environment.setenv("BOT_PAYLOADS", "hide")
    assert load().bot_payloads == "hide"
    environment.setenv("BOT_PAYLOADS", "no")
    assert _problems() == ["BOT_PAYLOADS must be one of show, hide"]
