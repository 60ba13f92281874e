"""How settings are read from the environment and `.env`: quotation marks around a value are no part of it.

A shell and `.env` take them off; `docker run --env-file` and the forms of many platforms do not.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource

from bot.settings.values import BEARER

ENV_FILE: Final = ".env"
_PAIRS: Final = ('""', "''", "``", "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
                 "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}")  # fmt: skip


def without_quotes(source: PydanticBaseSettingsSource) -> PydanticBaseSettingsSource:
    """Return a source of settings whose values have no quotation marks around them."""
    if isinstance(source, EnvSettingsSource | DotEnvSettingsSource):
        source.env_vars = {name: _unquote(value) for name, value in source.env_vars.items()}
    return source


def env_file() -> Path | None:
    """Return the path of the file that settings are read from, if there is one."""
    path = Path(ENV_FILE)
    return path.resolve() if path.is_file() else None


def describe_cleaned_settings(names: Collection[str]) -> tuple[str, ...]:
    """Describe what is left out of the values of settings, a phrase for each kind, without the values."""
    in_file = dotenv_values(ENV_FILE)
    typed = {name: text for name in names if (text := os.environ.get(name) or in_file.get(name))}
    quoted = [name for name, text in typed.items() if _unquote(text) != text]
    headed = [name for name, text in typed.items() if BEARER.match(_unquote(text) or "")]
    sentences = {
        "quotation marks around": ", ".join(quoted),
        "what an HTTP header has before": ", ".join(headed),
    }
    return tuple(f"left out: {what} {which}" for what, which in sentences.items() if which)


def _unquote(value: str | None) -> str | None:
    bare = (value or "").strip()
    if len(bare) > 1 and bare[0] + bare[-1] in _PAIRS:
        return bare[1:-1]
    return value
