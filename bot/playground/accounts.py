"""Which Cloudflare the bot reads in the playground: a simulated one, a local engine, or the real thing."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot import settings as settings_
from bot.playground.faults import FaultSwitch
from bot.playground.simulators.cloudflare import ApiToken, Simulation
from bot.settings import Settings, SettingsError

SettingValues = dict[str, Any]
"""Settings by name."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something worth typing, and what to call it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account that can be asked.

    Attributes:
        kind: which of the three it is.
        says: that in a sentence.
        settings: of the bot that reads it.
        suggestions: a few things to type.
        faults: what makes it fail, where that can be had.
    """

    kind: Literal["simulated", "wrangler", "account"]
    description: str
    settings: Settings
    suggestions: tuple[Suggestion, ...]
    faults: FaultSwitch | None = None


class Account(Protocol):
    """Somewhere to read workflows from."""

    def open(self, given: SettingValues) -> AbstractAsyncContextManager[OpenAccount]:
        """Make it ready; `given` are the settings that have nothing to do with Cloudflare."""


class _ExplicitSettings(Settings):
    """Settings that no environment has a say in: a simulation must not reach for a real account."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic passes all of them by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller passes."""
        return (init_settings,)


_DIGEST: Final = Suggestion("A digest", "/workflows digest")
_ANYWHERE: Final = (
    Suggestion("Everything", "/workflows"),
    _DIGEST,
    Suggestion("How to filter", "/workflows help filters"),
    Suggestion("How to say when", "/workflows help times"),
)


@dataclass(frozen=True, slots=True)
class SimulatedAccount:
    """Some thousands of instances that never ran, the same for the same seed and starting time."""

    seed: int
    instances: int

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Seed it and serve it on loopback."""
        token = secrets.token_hex()
        simulation = Simulation(credentials=(ApiToken(token),))
        simulation.seed(self.seed, instances=self.instances, live=True)
        async with simulation.serve() as url:
            yield OpenAccount(
                kind="simulated",
                description=f"A simulated account (seed {self.seed}): no real account is used",
                settings=_ExplicitSettings(
                    _env_file=None,
                    **given,
                    bot_account_name="simulated",
                    cloudflare_account_id=simulation.account_id,
                    cloudflare_api_token=token,
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
    """The engine inside a running `wrangler dev`."""

    url: str

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Nothing is started here: whether the engine answers, the bot's first message says.

        Raises:
            SettingsError: the URL is none.
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
        )


@dataclass(frozen=True, slots=True)
class RealAccount:
    """The accounts of the environment, as `serve` would read them."""

    @asynccontextmanager
    async def open(self, given: SettingValues) -> AsyncIterator[OpenAccount]:
        """Read the environment.

        Raises:
            SettingsError: there is no account in it.
        """
        settings = settings_.load(**given)
        yield OpenAccount(
            kind="account",
            description=f"Real: {', '.join(settings.endpoints)}, from this environment, only ever read",
            settings=settings,
            suggestions=_ANYWHERE,
        )
