"""Load settings from the environment or an `.env` file, and say all that is wrong with them at once."""

import re
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError as UnreadableSetting

from bot.settings.accounts import DatabaseSettings
from bot.settings.model import Settings
from bot.settings.problems import problem_lines
from bot.settings.sources import ENV_FILE

_Kind = TypeVar("_Kind", bound=DatabaseSettings)


class SettingsError(Exception):
    """Settings that can't be used; `problems` has a line for each, with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load(**given: Any) -> Settings:  # noqa: ANN401 - each has a type of its own, which pydantic checks
    """Return the settings of this process; those that are `given` are not looked for in its environment.

    Raises:
        SettingsError: with a line for each problem.
    """
    return load_as(Settings, **given)


def load_as(kind: type[_Kind], **given: Any) -> _Kind:  # noqa: ANN401 - as `load`
    """Return the settings of a command that is not the bot itself.

    Raises:
        SettingsError: with a line for each problem with these.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        raise SettingsError([*problem_lines(error), *_remaining_problems(kind, error, given)]) from None
    except UnicodeError:
        raise SettingsError([f"{ENV_FILE} is not UTF-8: save it as such"]) from None
    except UnreadableSetting as error:
        name = re.search(r'field "(\w+)"', str(error))
        raise SettingsError([f"{name[1].upper() if name else 'a setting'} is not valid JSON"]) from None


def _remaining_problems(
    kind: type[DatabaseSettings], error: ValidationError, given: dict[str, Any]
) -> list[str]:
    """Return what else is wrong beside the settings that can't be read, to tell all at once."""
    invalid = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
    if not invalid:
        return []
    try:
        kind(**given | {name: kind.model_fields[name].get_default() for name in invalid})
    except ValidationError as further:
        lines = list(problem_lines(further))
        about_accounts = any(name.startswith(("cloudflare", "wrangler", "bot_account")) for name in invalid)
        if about_accounts:
            lines = [line for line in lines if line.startswith(("SLACK", "DATABASE"))]
        return [line for line in lines if line.partition(" ")[0].lower() not in invalid]
    return []
