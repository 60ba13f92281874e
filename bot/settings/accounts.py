"""Settings for what reads accounts and digests, without Slack: `Settings` has them, too."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.cloudflare.endpoint import (
    ApiToken,
    Credentials,
    Endpoint,
    GlobalKey,
    production_endpoint,
    wrangler_endpoint,
)
from bot.outgoing import proxy_problem
from bot.settings.sources import ENV_FILE, without_quotes
from bot.settings.values import AccountName, HttpUrl, Keys, Name, Seconds, Secret
from bot.storage.url import database_url

LOCAL_ACCOUNT: Final = "local"
CLOUDFLARE_API: Final = "https://api.cloudflare.com/client/v4"


class AccountSettings(BaseModel):
    """One account of Cloudflare's own API, with one of its two security schemes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_id: str = Field(min_length=1, description="The account's id.")
    api_token: Secret = Field(None, description="Its API token; preferred to the global key.")
    email: Name = Field(None, description="E-mail address that belongs to the global API key.")
    api_key: Secret = Field(None, description="Global API key; used if there is no API token.")
    analytics_api_token: Secret = Field(None, description="Token with the permission Account Analytics Read.")
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
    def analytics_endpoint(self) -> Endpoint | None:
        """Where its analytics answer, with their own token; None without one."""
        if self.analytics_api_token is None:
            return None
        token = ApiToken(self.analytics_api_token.get_secret_value())
        return Endpoint(self.api_base_url.rstrip("/"), token, account_id=self.account_id)

    @property
    def _credentials(self) -> Credentials:
        if self.api_token is not None:
            return ApiToken(self.api_token.get_secret_value())
        if self.email is None or self.api_key is None:
            raise AssertionError("checked when the settings were read")
        return GlobalKey(self.email, self.api_key.get_secret_value())


class DatabaseSettings(BaseSettings):
    """Where the database is. Names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    database_url: SecretStr = Field(
        SecretStr("sqlite:///workflows-bot.sqlite3"),
        description="`sqlite:///file` or `postgres://user:password@host/name`; "
        "several processes need PostgreSQL.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read values without the quotation marks around them."""
        return (
            init_settings,
            without_quotes(env_settings),
            without_quotes(dotenv_settings),
            file_secret_settings,
        )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if problems := list(self._problems()):
            raise ValueError("\n".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        """Yield a line for each problem that no field has alone."""
        try:
            database_url(self.database_url.get_secret_value())
        except ValueError as error:
            yield f"DATABASE_URL {error}"


class ReportSettings(DatabaseSettings):
    """What it takes to read accounts and to say what a digest would say."""

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
    cloudflare_analytics_api_token: Secret = Field(
        None,
        description="Token with the permission Account Analytics Read for this account; `find` and `stats` "
        "take fewer requests with it.",
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
    bot_account_name: AccountName = Field(
        "default",
        description="Display name of the `CLOUDFLARE_ACCOUNT_ID` account.",
    )
    bot_redact: Keys = Field(
        (),
        description="Keys in params, outputs and errors whose values are hidden, besides those that likely "
        "hold secrets; `*` stands for any letters, case and `_` do not count, as in "
        "`email,customer_*,*phone`.",
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
    bot_lookback_days: float = Field(
        7.0,
        gt=0,
        le=30,
        description="Days before `since:` in which to look for instances that ended since.",
    )
    bot_digest_lookback_days: float = Field(
        7.0,
        gt=0,
        le=30,
        description="Days before the last digest in which to look for instances that failed since.",
    )

    def _problems(self) -> Iterator[str]:
        yield from self._account_problems()
        yield from super()._problems()
        yield from dict.fromkeys(filter(None, map(proxy_problem, self._urls())))

    def _urls(self) -> Iterator[str]:
        """Yield what this process sends requests to."""
        if self.cloudflare_account_id is not None:
            yield self.cloudflare_api_base_url
        yield from (account.api_base_url for account in self.cloudflare_accounts.values())
        if self.wrangler_dev_url is not None:
            yield self.wrangler_dev_url

    def _account_problems(self) -> Iterator[str]:
        names = [*self.cloudflare_accounts]
        has_key = self.cloudflare_email is not None and self.cloudflare_api_key is not None
        if self.cloudflare_account_id is None:
            given = (self.cloudflare_api_token, self.cloudflare_analytics_api_token)
            if any(given) or has_key:
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
            analytics_api_token=self.cloudflare_analytics_api_token,
            api_base_url=self.cloudflare_api_base_url,
        )
        return {self.bot_account_name: account}

    @property
    def _accounts(self) -> dict[str, AccountSettings]:
        """Every account of Cloudflare's own API by name, the default first."""
        return {**self._unnamed, **self.cloudflare_accounts}

    @property
    def analytics_endpoints(self) -> dict[str, Endpoint]:
        """Where analytics answer, by the name of each account that has a token for them."""
        found = {name: account.analytics_endpoint for name, account in self._accounts.items()}
        return {name: endpoint for name, endpoint in found.items() if endpoint is not None}

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Every account by name, the default first."""
        endpoints = {name: account.endpoint for name, account in self._accounts.items()}
        if self.wrangler_dev_url is not None:
            endpoints[LOCAL_ACCOUNT] = wrangler_endpoint(self.wrangler_dev_url)
        return endpoints

    @property
    def lookback(self) -> timedelta:
        """How long before a time an instance may have been created that ended since."""
        return timedelta(days=self.bot_lookback_days)

    @property
    def digest_lookback(self) -> timedelta:
        """How long before the last digest an instance may have been created that ended since."""
        return timedelta(days=self.bot_digest_lookback_days)
