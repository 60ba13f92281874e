"""Settings from the environment or an `.env` file, checked before anything starts."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.cloudflare.endpoint import (
    ApiToken,
    Credentials,
    Endpoint,
    GlobalKey,
    production_endpoint,
    wrangler_endpoint,
)
from bot.storage.database import database_url

LOCAL_ACCOUNT = "local"


class SettingsWrong(Exception):
    """Settings that can't be used; `problems` has a line for each, with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _http_url(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/?#@]+[^\s?#@]*", value):
        raise ValueError("is not a URL, as in https://host/path")
    return value


def _without_blanks(value: object) -> object:
    """An empty variable, as an `.env` file leaves it, is one that is not set."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item != ""}
    return value


HttpUrl = Annotated[str, BeforeValidator(_http_url)]
AccountName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]

CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"


class AccountSettings(BaseModel):
    """One account of Cloudflare's own API, with one of its two security schemes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_id: str = Field(min_length=1)
    api_token: SecretStr | None = None
    email: str | None = None
    api_key: SecretStr | None = None
    api_base_url: HttpUrl = CLOUDFLARE_API

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

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: HttpUrl = "https://slack.com/api/"

    cloudflare_account_id: str | None = None
    cloudflare_api_token: SecretStr | None = None
    cloudflare_email: str | None = None
    cloudflare_api_key: SecretStr | None = None
    cloudflare_api_base_url: HttpUrl = CLOUDFLARE_API
    cloudflare_accounts: Annotated[dict[AccountName, AccountSettings], BeforeValidator(_without_blanks)] = {}
    wrangler_dev_url: HttpUrl | None = None

    database_url: SecretStr = SecretStr("sqlite:///workflows-bot.sqlite3")
    port: Annotated[int, Field(ge=0, le=65535)] = 3000

    bot_host: str = "0.0.0.0"  # noqa: S104 - platforms route to the container's address
    bot_account_name: AccountName = "default"
    bot_ack_within: Annotated[float, Field(gt=0, le=2.5)] = 1.5
    bot_request_deadline: Annotated[float, Field(gt=0, le=300)] = 20.0
    bot_request_budget: Annotated[int, Field(ge=1)] = 1200
    bot_request_reserve: Annotated[float, Field(ge=0, lt=1)] = 0.2
    bot_cache_first_pages: Annotated[float, Field(gt=0)] = 15.0
    bot_cache_other_pages: Annotated[float, Field(gt=0)] = 300.0
    bot_cache_size: Annotated[int, Field(ge=1)] = 500
    bot_keep_bookmarks_days: Annotated[float, Field(gt=0, le=3650)] = 7.0
    bot_shutdown_seconds: Annotated[float, Field(ge=0)] = 10.0
    bot_log_level: Literal["debug", "info", "warning", "error"] = "info"
    bot_log_format: Literal["json", "console"] = "json"

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "SLACK_SIGNING_SECRET is missing: set it (Slack app, Basic Information), "
                "or SLACK_APP_TOKEN for Socket Mode"
            )
        self._check_accounts()
        try:
            database_url(self.database_url.get_secret_value())
        except ValueError as error:
            raise ValueError(f"DATABASE_URL {error}") from error
        return self

    def _check_accounts(self) -> None:
        if self.cloudflare_account_id is None and self.cloudflare_api_token is not None:
            raise ValueError("CLOUDFLARE_ACCOUNT_ID is missing: set it beside CLOUDFLARE_API_TOKEN")
        if self.cloudflare_account_id is not None and self.bot_account_name in self.cloudflare_accounts:
            raise ValueError(
                f"two accounts are called {self.bot_account_name}: set BOT_ACCOUNT_NAME to another name"
            )
        if self.wrangler_dev_url and LOCAL_ACCOUNT in (*self.cloudflare_accounts, *self._unnamed):
            raise ValueError("an account is called local, which is the name that WRANGLER_DEV_URL gives")
        try:
            empty = not self.endpoints
        except ValidationError:
            raise ValueError(
                "CLOUDFLARE_ACCOUNT_ID needs credentials beside it: set CLOUDFLARE_API_TOKEN, "
                "or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY"
            ) from None
        if empty:
            raise ValueError(
                "no account is set: set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN, "
                "or WRANGLER_DEV_URL for a local engine"
            )

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


def load() -> Settings:
    """The settings of this process.

    Raises:
        SettingsWrong: with a line for each problem.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsWrong([_problem(fault["loc"], fault["msg"]) for fault in error.errors()]) from None
    except SettingsError as error:
        name = re.search(r'field "(\w+)"', str(error))
        raise SettingsWrong([f"{name[1].upper() if name else 'a setting'} is not valid JSON"]) from None


def _problem(where: tuple[int | str, ...], what: str) -> str:
    what = what.removeprefix("Value error, ")
    if not where:
        return what
    name = " ".join((str(where[0]).upper(), *(str(part) for part in where[1:])))
    if what == "Field required":
        return f"{name} is missing: set it in the environment or in .env"
    return f"{name} {what[0].lower()}{what[1:]}"
