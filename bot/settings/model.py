"""All settings of a bot, and what may not stand beside what."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from pydantic import Field, SecretStr

from bot.settings.accounts import ReportSettings
from bot.settings.values import Host, HttpUrl, People, Secret

LOOPBACK: Final = "127.0.0.1"

_TOKENS: Final = {
    "xoxb-": "a bot token",
    "xoxe.xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user token",
    "xoxe": "a configuration or refresh token",
    "https://": "a URL",
}
"""What Slack gives out, by its beginning: https://docs.slack.dev/authentication/tokens"""

_OTHER: Final = "something else"


class Settings(ReportSettings):
    """All settings of a bot. Names are those of the environment, in lower case."""

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
    port: int = Field(
        3000,
        ge=0,
        le=65535,
        description="Port to listen on; in Socket Mode it serves only health checks and metrics.",
    )
    bot_host: Host | None = Field(
        None,
        description="Address to listen on.",
    )
    bot_metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port for metrics and the details of `/readyz`, which `PORT` then does not show.",
    )
    bot_metrics_host: Host = Field(
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
    bot_ack_within: float = Field(
        1.5,
        gt=0,
        le=2.5,
        description="Seconds to wait for an answer before the ack; Slack allows 3.",
    )
    bot_refresh_pause: float = Field(
        3.0,
        ge=0,
        le=300,
        description="Seconds for which a refreshed list is shown again instead of being refreshed anew.",
    )
    bot_keep_bookmarks_days: float = Field(
        7.0,
        gt=0,
        le=3650,
        description="Days to keep bookmarks that do not fit into a button.",
    )
    bot_payloads: Literal["show", "hide"] = Field(
        "show",
        description="Whether params and outputs of instances are shown at all; who may read and share them: "
        "[Access](access.md).",
    )
    bot_admins: People = Field(
        (),
        description="Slack ids of people who may change every digest, as in `U024BE7LH,U0G9QF9C6`.",
    )
    bot_access: str | None = Field(
        None,
        description="Rules of who may do what, as a JSON list; see [Access](access.md).",
    )
    bot_access_file: str | None = Field(
        None,
        description="Path of a TOML file with the same rules, in place of `BOT_ACCESS`.",
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
    bot_export_rows: int = Field(
        250_000,
        ge=1,
        le=5_000_000,
        description="Most rows of an export; one that has more is sent as far as it goes, and says so.",
    )
    bot_export_minutes: float = Field(
        60.0,
        gt=0,
        le=1440,
        description="Longest time that an export may take; then it is sent as far as it is, and says so.",
    )
    bot_digest_lateness_minutes: float = Field(
        60.0,
        gt=0,
        le=1440,
        description="How late a missed digest is still delivered; "
        "later ones are skipped and the next one says so.",
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
    bot_log_format: Literal["json", "console"] | None = Field(
        None,
        description="Format of the log; `console` is for people.",
    )

    def _problems(self) -> Iterator[str]:
        yield from self._slack_problems()
        yield from super()._problems()
        yield from self._port_problems()

    def _urls(self) -> Iterator[str]:
        yield self.slack_api_url
        yield from super()._urls()

    def _slack_problems(self) -> Iterator[str]:
        bot, app, secret = map(
            _kind_of, (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        )
        if bot == "an app-level token" and app == "a bot token":
            yield (
                "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot token begins with xoxb-, "
                "the app-level token with xapp-"
            )
        else:
            if bot is None:
                yield "SLACK_BOT_TOKEN is missing: copy it from the Slack app's OAuth & Permissions"
            elif bot != "a bot token":
                yield (
                    f"SLACK_BOT_TOKEN holds {bot}, and needs a bot token, which begins with xoxb-: "
                    "copy it from the Slack app's OAuth & Permissions"
                )
            if app not in {None, "an app-level token"}:
                yield (
                    f"SLACK_APP_TOKEN holds {app}, and needs an app-level token, which begins with xapp-: "
                    "copy it from the Slack app's Basic Information"
                )
        if secret not in {None, _OTHER}:
            yield (
                f"SLACK_SIGNING_SECRET holds {secret}: copy the signing secret from the Slack app's "
                "Basic Information"
            )
        if secret is None and app is None:
            yield (
                "SLACK_SIGNING_SECRET is missing: copy it from the Slack app's Basic Information, "
                "or set SLACK_APP_TOKEN for Socket Mode"
            )

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
    def keep_bookmarks(self) -> timedelta:
        """How long a bookmark too long for its button can be used."""
        return timedelta(days=self.bot_keep_bookmarks_days)

    @property
    def export_time(self) -> timedelta:
        """How long an export may take."""
        return timedelta(minutes=self.bot_export_minutes)

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


def _kind_of(secret: SecretStr | None) -> str | None:
    """Return what kind of token or secret of Slack's a text is, by its beginning; None for no text."""
    if secret is None:
        return None
    text = secret.get_secret_value()
    return next((kind for start, kind in _TOKENS.items() if text.startswith(start)), _OTHER)
