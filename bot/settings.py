"""Settings from the environment or an `.env` file, checked before anything starts."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from bot.cloudflare.endpoint import (
    ApiToken,
    Credentials,
    Endpoint,
    GlobalKey,
    production_endpoint,
    wrangler_endpoint,
)
from bot.setting_types import AccountName, HttpUrl, Name, People, Seconds, Secret
from bot.storage.url import database_url

LOCAL_ACCOUNT = "local"
LOOPBACK = "127.0.0.1"


class SettingsError(Exception):
    """Settings that can't be used; `problems` has a line for each, with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"


class AccountSettings(BaseModel):
    """One account of Cloudflare's own API, with one of its two security schemes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_id: str = Field(min_length=1, description="The account's id.")
    api_token: Secret = Field(None, description="Its API token; preferred to the global key.")
    email: Name = Field(None, description="E-mail address that belongs to the global API key.")
    api_key: Secret = Field(None, description="Global API key; used if there is no API token.")
    api_base_url: HttpUrl = Field(CLOUDFLARE_API, description="Base URL of Cloudflare's API.")

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if self.api_token is None and (self.email is None or self.api_key is None):
            raise ValueError("needs an API token, or an e-mail address together with a global API key")
        return self

    @property
    def endpoint(self) -> Endpoint:
        """Where it answers, and with which credentials; a token is preferred to a global key."""
        return production_endpoint(self.api_base_url, self.account_id, self._credentials)

    @property
    def _credentials(self) -> Credentials:
        if self.api_token is not None:
            return ApiToken(self.api_token.get_secret_value())
        if self.email is None or self.api_key is None:
            raise AssertionError("checked when the settings were read")
        return GlobalKey(self.email, self.api_key.get_secret_value())


class Settings(BaseSettings):
    """All settings. Names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    slack_bot_token: Secret = Field(
        None,
        description="Bot token of the Slack app, `xoxb-…`.",
    )
    slack_signing_secret: Secret = Field(
        None,
        description="Signing secret of the Slack app; verifies requests over HTTP.",
    )
    slack_app_token: Secret = Field(
        None,
        description="App-level token, `xapp-…`; turns on Socket Mode.",
    )
    slack_api_url: HttpUrl = Field(
        "https://slack.com/api/",
        description="Base URL of Slack's Web API.",
    )

    cloudflare_account_id: Name = Field(
        None,
        description="Id of the Cloudflare account.",
    )
    cloudflare_api_token: Secret = Field(
        None,
        description="API token for this account; preferred to the global key.",
    )
    cloudflare_email: Name = Field(
        None,
        description="E-mail address that belongs to `CLOUDFLARE_API_KEY`.",
    )
    cloudflare_api_key: Secret = Field(
        None,
        description="Global API key; used if there is no API token.",
    )
    cloudflare_api_base_url: HttpUrl = Field(
        CLOUDFLARE_API,
        description="Base URL of Cloudflare's API.",
    )
    cloudflare_accounts: dict[AccountName, AccountSettings] = Field(
        {},
        description="More accounts by name, as a JSON object.",
    )
    wrangler_dev_url: HttpUrl | None = Field(
        None,
        description="URL of a running `wrangler dev` (4.117 or newer); adds an account named `local`.",
    )

    database_url: SecretStr = Field(
        SecretStr("sqlite:///workflows-bot.sqlite3"),
        description="`sqlite:///file` or `postgres://user:password@host/name`; "
        "several processes need PostgreSQL.",
    )
    port: int = Field(
        3000,
        ge=0,
        le=65535,
        description="Port to listen on; in Socket Mode it serves only health checks and metrics.",
    )

    bot_host: str | None = Field(
        None,
        description="Address to listen on.",
    )
    bot_metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port for metrics and the details of `/readyz`, which `PORT` then does not show.",
    )
    bot_metrics_host: str = Field(
        LOOPBACK,
        description="Address of `BOT_METRICS_PORT`.",
    )
    bot_max_connections: int = Field(
        2000,
        ge=10,
        description="Most connections to its ports, or half of the open files allowed, if that is less.",
    )
    bot_max_connections_per_address: int = Field(
        1000,
        ge=1,
        description="Most connections from one address, besides those with a request of Slack's.",
    )
    bot_keep_alive_seconds: float = Field(
        130.0,
        gt=0,
        le=3600,
        description="Seconds that an idle connection stays open; a proxy in front should close it before.",
    )
    bot_account_name: AccountName = Field(
        "default",
        description="Display name of the `CLOUDFLARE_ACCOUNT_ID` account.",
    )
    bot_ack_within: float = Field(
        1.5,
        gt=0,
        le=2.5,
        description="Seconds to wait for an answer before the ack; Slack allows 3.",
    )
    bot_request_deadline: float = Field(
        20.0,
        gt=0,
        le=300,
        description="Seconds for one answer from Cloudflare, retries included.",
    )
    bot_connections: int = Field(
        200,
        ge=1,
        description="Answers from one Cloudflare account to wait for at once, each on its own connection; "
        "more requests queue for as long as one answer may take.",
    )
    bot_request_budget: int = Field(
        1200,
        ge=1,
        description="Requests to Cloudflare in five minutes for one token.",
    )
    bot_request_reserve: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Share of the budget that background work leaves to people.",
    )
    bot_person_share: float = Field(
        0.25,
        gt=0,
        le=1,
        description="Share of the budget that one person may use.",
    )
    bot_refresh_pause: float = Field(
        3.0,
        ge=0,
        le=300,
        description="Seconds for which a refreshed list is shown again instead of being refreshed anew.",
    )
    bot_cache_first_pages: Seconds = Field(
        15.0,
        description="Seconds to cache the first page of a list.",
    )
    bot_cache_other_pages: Seconds = Field(
        300.0,
        description="Seconds to cache a page behind a cursor.",
    )
    bot_cache_size: int = Field(
        500,
        ge=1,
        description="Pages to cache for each account and kind of page.",
    )
    bot_keep_bookmarks_days: float = Field(
        7.0,
        gt=0,
        le=3650,
        description="Days to keep bookmarks that do not fit into a button.",
    )
    bot_admins: People = Field(
        (),
        description="Slack ids of people who may change every digest, as in `U024BE7LH,U0G9QF9C6`.",
    )
    bot_digests_per_person: int = Field(
        50,
        ge=1,
        description="Most digests that one person may have, paused ones included.",
    )
    bot_digests_per_channel: int = Field(
        25,
        ge=1,
        description="Most digests that one channel may have, paused ones included.",
    )
    bot_calls_per_channel: int = Field(
        4,
        ge=0,
        description="Most calls of `@channel` or `@here` by digests in one channel within an hour.",
    )
    bot_calls_per_person: int = Field(
        20,
        ge=0,
        description="Most calls of `@channel` or `@here` within an hour by the digests of one person.",
    )
    bot_run_pause: float = Field(
        60.0,
        ge=1,
        le=3600,
        description="Seconds between two runs of one digest that people ask for with `run` or *Run now*.",
    )
    bot_digest_lateness_minutes: float = Field(
        60.0,
        gt=0,
        le=1440,
        description="How late a missed digest is still delivered; "
        "later ones are skipped and the next one says so.",
    )
    bot_digest_lookback_days: float = Field(
        7.0,
        gt=0,
        le=30,
        description="Days before the last digest in which to look for instances that failed since.",
    )
    bot_digest_retry_minutes: float = Field(
        10.0,
        gt=0,
        le=60,
        description="How long to retry a digest while Cloudflare or Slack does not answer.",
    )
    bot_takeover_seconds: float = Field(
        30.0,
        ge=2,
        le=3600,
        description="Worker lease timeout, in seconds.",
    )
    bot_shutdown_seconds: float = Field(
        10.0,
        ge=0,
        le=3600,
        description="Seconds for running work to finish after SIGTERM.",
    )
    bot_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="Least severe level to log.",
    )
    bot_log_format: Literal["json", "console"] = Field(
        "json",
        description="Format of the log.",
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        problems = [
            *self._slack_problems(),
            *self._account_problems(),
            *self._database_problems(),
            *self._port_problems(),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _slack_problems(self) -> Iterator[str]:
        if self.slack_bot_token is None:
            yield "SLACK_BOT_TOKEN is missing: copy it from the Slack app's OAuth & Permissions"
        if self.slack_app_token is None and self.slack_signing_secret is None:
            yield (
                "SLACK_SIGNING_SECRET is missing: copy it from the Slack app's Basic Information, "
                "or set SLACK_APP_TOKEN for Socket Mode"
            )

    def _account_problems(self) -> Iterator[str]:
        names = [*self.cloudflare_accounts]
        has_key = self.cloudflare_email is not None and self.cloudflare_api_key is not None
        if self.cloudflare_account_id is None:
            if self.cloudflare_api_token is not None or has_key:
                yield "CLOUDFLARE_ACCOUNT_ID is missing: set it beside its credentials"
            elif not names and self.wrangler_dev_url is None:
                yield (
                    "no account is set: set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN, "
                    "or WRANGLER_DEV_URL for a local engine"
                )
        else:
            names.append(self.bot_account_name)
            if self.cloudflare_api_token is None and not has_key:
                yield (
                    "CLOUDFLARE_ACCOUNT_ID needs credentials beside it: set CLOUDFLARE_API_TOKEN, "
                    "or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY"
                )
        if self.wrangler_dev_url is not None:
            names.append(LOCAL_ACCOUNT)
        folded = [name.casefold() for name in names]
        twice = next((name for name in names if folded.count(name.casefold()) > 1), None)
        if twice is not None and self.wrangler_dev_url is not None and twice.casefold() == LOCAL_ACCOUNT:
            yield "two accounts are called local: WRANGLER_DEV_URL gives that name, so rename the other"
        elif twice is not None:
            yield f"two accounts are called {twice}: set BOT_ACCOUNT_NAME to call the first of them otherwise"

    def _database_problems(self) -> Iterator[str]:
        try:
            database_url(self.database_url.get_secret_value())
        except ValueError as error:
            yield f"DATABASE_URL {error}"

    def _port_problems(self) -> Iterator[str]:
        if self.port and self.bot_metrics_port == self.port:
            yield "BOT_METRICS_PORT is PORT: set another one, or leave it out"

    @property
    def bot_token(self) -> str:
        """The Slack bot's token, which every valid settings have."""
        if self.slack_bot_token is None:
            raise AssertionError("checked when the settings were read")
        return self.slack_bot_token.get_secret_value()

    @property
    def _unnamed(self) -> dict[str, AccountSettings]:
        """The account of `CLOUDFLARE_ACCOUNT_ID`, under the name that `BOT_ACCOUNT_NAME` gives."""
        if self.cloudflare_account_id is None:
            return {}
        account = AccountSettings(
            account_id=self.cloudflare_account_id,
            api_token=self.cloudflare_api_token,
            email=self.cloudflare_email,
            api_key=self.cloudflare_api_key,
            api_base_url=self.cloudflare_api_base_url,
        )
        return {self.bot_account_name: account}

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Every account by name, the default first."""
        accounts = {**self._unnamed, **self.cloudflare_accounts}
        endpoints = {name: account.endpoint for name, account in accounts.items()}
        if self.wrangler_dev_url is not None:
            endpoints[LOCAL_ACCOUNT] = wrangler_endpoint(self.wrangler_dev_url)
        return endpoints

    @property
    def keep_bookmarks(self) -> timedelta:
        """How long a bookmark too long for its button can be used."""
        return timedelta(days=self.bot_keep_bookmarks_days)

    @property
    def digest_lookback(self) -> timedelta:
        """How long before the last digest an instance may have been created that ended since."""
        return timedelta(days=self.bot_digest_lookback_days)

    @property
    def digest_lateness(self) -> timedelta:
        """How late a digest may be delivered; a later one counts as missed."""
        return timedelta(minutes=self.bot_digest_lateness_minutes)

    @property
    def digest_retry(self) -> timedelta:
        """How long a digest is tried again while Cloudflare or Slack is down."""
        return timedelta(minutes=self.bot_digest_retry_minutes)

    @property
    def takeover(self) -> timedelta:
        """How long a worker may be silent before others take over what it has begun."""
        return timedelta(seconds=self.bot_takeover_seconds)


def load(**given: Any) -> Settings:  # noqa: ANN401 - each has a type of its own, which pydantic checks
    """Return the settings of this process; those that are `given` are not looked for in its environment.

    Raises:
        SettingsError: with a line for each problem.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError([*_lines(error), *_remaining_problems(error, given)]) from None
    except UnicodeError:
        raise SettingsError([".env is not UTF-8: save it as such"]) from None
    except UnreadableSetting as error:
        name = re.search(r'field "(\w+)"', str(error))
        raise SettingsError([f"{name[1].upper() if name else 'a setting'} is not valid JSON"]) from None


def _remaining_problems(error: ValidationError, given: dict[str, Any]) -> list[str]:
    """Return what else is wrong beside the settings that can't be read, to tell all at once."""
    invalid = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
    if not invalid:
        return []
    try:
        Settings(**given | {name: Settings.model_fields[name].get_default() for name in invalid})
    except ValidationError as further:
        lines = _lines(further)
        about_accounts = any(name.startswith(("cloudflare", "wrangler", "bot_account")) for name in invalid)
        if about_accounts:
            lines = [line for line in lines if line.startswith(("SLACK", "DATABASE"))]
        return [line for line in lines if line.partition(" ")[0].lower() not in invalid]
    return []


def _lines(error: ValidationError) -> list[str]:
    return [_problem(fault["loc"], line) for fault in error.errors() for line in fault["msg"].splitlines()]


def _problem(where: tuple[int | str, ...], what: str) -> str:
    what = what.removeprefix("Value error, ")
    if not where:
        return what
    name = " ".join((str(where[0]).upper(), *(str(part) for part in where[1:] if part != "[key]")))
    if what == "Field required":
        return f"{name} is missing"
    return f"{name} {what[0].lower()}{what[1:]}"
