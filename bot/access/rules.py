"""Read the rules of access: JSON in `BOT_ACCESS`, or the file of TOML that `BOT_ACCESS_FILE` names."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bot.access.model import ANY, EVERYONE, AccessRules, Right, Rule, matches
from bot.language.errors import nearest
from bot.settings import Settings, SettingsError

_ID: Final = re.compile(r"[UWSCG][A-Z0-9]{2,}")
_KEYS: Final = ("who", "accounts", "workflows", "rights")
_OPTIONAL: Final = ("accounts", "workflows")
_TABLE: Final = "rules"
_LONGEST_SHOWN: Final = 60


def load_rules(settings: Settings) -> AccessRules:
    """Return the rules that settings have, or the default.

    Raises:
        SettingsError: with a line for each problem.
    """
    if settings.bot_access is not None and settings.bot_access_file is not None:
        raise SettingsError(["BOT_ACCESS and BOT_ACCESS_FILE are both set: leave one of them out"])
    accounts = tuple(settings.endpoints)
    if settings.bot_access is not None:
        return _require_valid("BOT_ACCESS", _read_json(settings.bot_access), accounts)
    if settings.bot_access_file is not None:
        return _require_valid("BOT_ACCESS_FILE", _read_file(settings.bot_access_file), accounts)
    return AccessRules()


def read_rules(given: object, accounts: Sequence[str]) -> tuple[AccessRules, list[str]]:
    """Read rules, and what is wrong with them: a line each, without the name of the setting.

    Args:
        given: as JSON or TOML has them.
        accounts: the names of all accounts.
    """
    if not isinstance(given, list):
        return AccessRules(), ['is not a list of rules, as in [{"who": ["everyone"], "rights": ["view"]}]']
    if not given:
        return AccessRules(), ["has no rule, so nobody could use the bot: write one, or leave it out"]
    rules, problems = [], []
    for number, rule in enumerate(given, 1):
        wrong = list(_problems(rule, accounts))
        problems += [f"rule {number} {line}" for line in wrong]
        if not wrong:
            rules.append(_rule(rule))
    return AccessRules(tuple(rules), are_set=True), problems


def unmatched_patterns(rules: AccessRules, workflows: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a line for each pattern that fits no workflow that there is.

    Args:
        rules: all of them.
        workflows: the names of those that can be read, by account.
    """
    lines = []
    for number, rule in enumerate(rules.rules, 1):
        accounts = [account for account in workflows if matches(account, rule.accounts)]
        names = [name for account in accounts for name in workflows[account]]
        lines += [
            f"rule {number} has {_printable(pattern)}, which fits no workflow of {', '.join(accounts)}"
            for pattern in rule.workflows
            if accounts and pattern != ANY and not any(matches(name, [pattern]) for name in names)
        ]
    return lines


def _require_valid(setting: str, given: object, accounts: Sequence[str]) -> AccessRules:
    rules, problems = read_rules(given, accounts)
    if problems:
        raise SettingsError([f"{setting} {line}" for line in problems])
    return rules


def _read_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise SettingsError([f"BOT_ACCESS is not valid JSON{where}"]) from None
    except RecursionError:
        raise SettingsError(["BOT_ACCESS is not valid JSON: it is nested too deeply"]) from None


def _read_file(path: str) -> object:
    try:
        document = tomllib.loads(Path(path).read_bytes().decode())
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise SettingsError([f"BOT_ACCESS_FILE {path} can't be read: {why}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"BOT_ACCESS_FILE {path} is not UTF-8: save it as such"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError([f"BOT_ACCESS_FILE {path} is not valid TOML: {error}"]) from None
    except ValueError:
        raise SettingsError([f"BOT_ACCESS_FILE {_printable(path)} is not a path"]) from None
    if other := next((key for key in document if key != _TABLE), None):
        raise SettingsError(
            [f"BOT_ACCESS_FILE {path} has {_printable(other)}: rules begin with [[{_TABLE}]]"]
        )
    return document.get(_TABLE, [])


def _problems(rule: object, accounts: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a rule."""
    if not isinstance(rule, dict):
        yield f"is {_printable(rule)}: a rule is an object with who, accounts, workflows and rights"
        return
    for key in rule:
        if key not in _KEYS:
            close = nearest(str(key), _KEYS)
            hint = f": did you mean {close}?" if close else f": a rule has {', '.join(_KEYS)}"
            yield f"has {_printable(key)}{hint}"
    for key in _KEYS:
        values = rule.get(key)
        if key not in rule and key in _OPTIONAL:
            continue
        if key not in rule:
            yield f"has no {key}"
        elif not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            yield f'has {key} that is not a list of texts, as in ["…"]'
        elif not values:
            yield f"has an empty {key}"
        else:
            yield from _value_problems(key, values, accounts)


def _value_problems(key: str, values: Sequence[str], accounts: Sequence[str]) -> Iterator[str]:
    for value in values:
        if not value.strip():
            yield f"has an empty text in {key}"
        elif key == "who" and value != EVERYONE and not _ID.fullmatch(value):
            yield (
                f"has who {_printable(value)}: that is everyone, or Slack's id of a person (U…), "
                "a user group (S…) or a channel (C…)"
            )
        elif key == "accounts" and not any(matches(account, [value]) for account in accounts):
            yield f"has account {_printable(value)}: there is no such account, only {', '.join(accounts)}"
        elif key == "rights" and value not in list(Right):
            close = nearest(value, tuple(Right))
            hint = f"did you mean {close}?" if close else f"there are {', '.join(Right)}"
            yield f"has the right {_printable(value)}: {hint}"


def _rule(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        who=tuple(dict.fromkeys(rule["who"])),
        accounts=tuple(rule.get("accounts", (ANY,))),
        workflows=tuple(rule.get("workflows", (ANY,))),
        rights=frozenset(map(Right, rule["rights"])),
    )


def _printable(value: object) -> str:
    """Return a value for a line of the terminal."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
