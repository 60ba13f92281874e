"""The Cloudflare account that the bot reads in the playground: simulated, `wrangler dev` or real."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, Protocol

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot import settings as settings_
from bot.cloudflare import CloudflareError, Endpoint, WorkflowsClient
from bot.playground.faults import FaultSwitch
from bot.playground.simulators.cloudflare import (
    ANALYTICS_PERMISSION,
    MOST_STEPS,
    ApiToken,
    Simulation,
)
from bot.settings import Settings, SettingsError
from bot.settings.accounts import LOCAL_ACCOUNT
from bot.upstream import cloudflare_session

_START_TIMEOUT: Final = timedelta(seconds=3)

SettingValues = dict[str, Any]
"""Settings by name."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command to try, and the label of its button."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account that is ready for requests.

    Attributes:
        kind: simulated, `wrangler dev` or real.
        description: the same in a sentence.
        settings: of the bot that reads this account.
        suggestions: commands to try.
        warning: what a person has to do before it answers; empty if nothing.
        faults: selects a fault; None for accounts that are not simulated.
    """

    kind: Literal["simulated", "wrangler", "account"]
    description: str
    settings: Settings
    suggestions: tuple[Suggestion, ...]
    faults: FaultSwitch | None = None
    warning: str = ""


class Account(Protocol):
    """A source of workflows."""

    def open(self, given: SettingValues) -> AbstractAsyncContextManager[OpenAccount]:
        """Open the account; `given` are the settings that do not concern Cloudflare."""


class _ExplicitSettings(Settings):
    """Settings that ignore the environment: a simulation must not use a real account."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic passes all of them by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the caller's arguments as the only source."""
        return (init_settings,)


_DIGEST: Final = Suggestion("A digest", "/workflows digest")
_ANYWHERE: Final = (
    Suggestion("Everything", "/workflows"),
    _DIGEST,
    Suggestion("How to filter", "/workflows help filters"),
    Suggestion("How to write times", "/workflows help times"),
)


@dataclass(frozen=True, slots=True)
class SimulatedAccount:
    """A simulated account. The seed and the start time determine its instances."""

    seed: int
    instances: int

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Seed the account and serve it on loopback."""
        token, analytics_token = secrets.token_hex(), secrets.token_hex()
        analytics = ApiToken(analytics_token, frozenset({ANALYTICS_PERMISSION}))
        simulation = Simulation(credentials=(ApiToken(token), analytics))
        simulation.seed(self.seed, instances=self.instances, live=True, longest_run=MOST_STEPS)
        async with simulation.serve() as url:
            yield OpenAccount(
                kind="simulated",
                description=f"A simulated account (seed {self.seed}): no real account is used",
                settings=_ExplicitSettings(
                    _env_file=None,
                    **given,
                    bot_account_name="simulated",
                    bot_person_share=1.0,  # mostly a single person tries the bot
                    cloudflare_account_id=simulation.account_id,
                    cloudflare_api_token=token,
                    cloudflare_analytics_api_token=analytics_token,
                    cloudflare_api_base_url=url,
                ),
                suggestions=(
                    Suggestion("What failed?", "/workflows list order-processing status:errored"),
                    Suggestion("The last hour", "/workflows list image-pipeline since:1h"),
                    _DIGEST,
                    Suggestion("A typo", "/workflows list order-procesing statsu:running"),
                ),
                faults=FaultSwitch(simulation),
            )


@dataclass(frozen=True, slots=True)
class WranglerAccount:
    """The Workflows engine of a running `wrangler dev`."""

    url: str

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Return the settings for the engine, which may be started later.

        Raises:
            SettingsError: the URL is invalid.
        """
        try:
            settings = _ExplicitSettings(_env_file=None, **given, wrangler_dev_url=self.url)
        except ValidationError as error:
            raise SettingsError(
                [f"--wrangler {self.url} is not a URL, as in http://127.0.0.1:8787"]
            ) from error
        yield OpenAccount(
            kind="wrangler",
            description=f"The Workflows engine of wrangler dev at {self.url}",
            settings=settings,
            suggestions=_ANYWHERE,
            warning=await self._warning(settings.endpoints[LOCAL_ACCOUNT]),
        )

    async def _warning(self, endpoint: Endpoint) -> str:
        """Ask the engine once, and return what to do if it does not answer."""
        async with cloudflare_session() as session:
            try:
                await WorkflowsClient(session, endpoint, deadline=_START_TIMEOUT).list_workflows()
            except CloudflareError as error:
                return (
                    f"No Workflows engine answers at {self.url}: {error.reason}. "
                    "Start `wrangler dev` (4.117 or newer) there; it is asked again with each command."
                )
        return ""


@dataclass(frozen=True, slots=True)
class RealAccount:
    """The accounts that the environment configures, as for `serve`."""

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Read the settings from the environment.

        Raises:
            SettingsError: no account is configured.
        """
        settings = settings_.load(**given)
        yield OpenAccount(
            kind="account",
            description=f"Real (read-only): {', '.join(settings.endpoints)}, from this environment",
            settings=settings,
            suggestions=_ANYWHERE,
        )
