"""What the value of a setting may be, and what to say of one that is not."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from yarl import URL

_SHOWN_KEY: Final = 40  # characters
BEARER: Final = re.compile(r"(authorization:\s*)?bearer\s+", re.IGNORECASE)
"""What stands before a token in an HTTP header, and in examples that people copy."""


def _http_url(value: object) -> object:
    try:
        if (
            isinstance(value, str)
            and re.fullmatch(r"https?://[^\s/?#@]+[^\s?#@]*", value)
            and URL(value).host
        ):
            return value
    except ValueError:
        pass  # a port that can't be, say: the same mistake in other words
    raise ValueError("is not a URL, as in https://host/path")


def _name(value: object) -> object:
    """Return a text without the line break that mounted files end in; a blank one is none at all."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    if not re.fullmatch(r"[\x20-\x7e]*", text.strip()):
        raise ValueError("holds a character that no such secret has: copy it anew")
    return text.strip() or None


def _secret(value: object) -> object:
    """Return a secret alone, without what documentation writes before it."""
    text = _name(value)
    if not isinstance(text, str):
        return text
    text = BEARER.sub("", text)
    if any(mark in text for mark in "\"'` "):
        raise ValueError("holds a space or a quotation mark, which no such secret has: copy it anew")
    return text or None


def _host(value: object) -> object:
    """Return an address as sockets take it: IPv6 without the brackets that URLs need."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if "/" in bare or "[" in bare or "]" in bare or bare.count(":") == 1:
        raise ValueError("is not an address alone, as in 0.0.0.0 or ::1; the port is another setting")
    return bare


def _account_name(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value):
        raise ValueError("is no account's name: that has 1 to 32 letters, digits, - or _")
    return value


def _people(value: object) -> object:
    """Read Slack's ids of people, separated by commas."""
    if not isinstance(value, str):
        return value
    ids = [part.strip() for part in value.split(",") if part.strip()]
    wrong = next((part for part in ids if not re.fullmatch(r"[UW][A-Z0-9]+", part)), None)
    if wrong is not None:
        raise ValueError(
            f"holds {wrong}: a person's id in Slack is expected, as in U012AB3CD,U045EF6GH "
            "(profile, ⋮, Copy member ID)"
        )
    return tuple(dict.fromkeys(ids))


def _keys(value: object) -> object:
    """Read names of keys, separated by commas, with `*` and `?` for letters."""
    if not isinstance(value, str):
        return value
    keys = [part.strip() for part in value.split(",") if part.strip()]
    for key in keys:
        shown = key if len(key) <= _SHOWN_KEY else f"{key[:_SHOWN_KEY]}…"
        if not re.search(r"[^\W_]", key):
            raise ValueError(f"holds {shown}, which every key fits: to hide all, set BOT_PAYLOADS=hide")
        if "." in key:
            raise ValueError(f"holds {shown}: a key has no path, so name its last part, as in email")
        if not re.fullmatch(r"[\w *?-]+", key):
            raise ValueError(
                f"holds {shown}: names of keys are expected, separated by commas, with * for any letters, "
                "as in email,customer_*,*phone"
            )
    return tuple(dict.fromkeys(keys))


HttpUrl = Annotated[str, BeforeValidator(_http_url)]
Name = Annotated[str | None, BeforeValidator(_name)]
Host = Annotated[str, BeforeValidator(_host)]
Secret = Annotated[SecretStr | None, BeforeValidator(_secret)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AccountName = Annotated[str, BeforeValidator(_account_name)]
Keys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_keys)]
People = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_people)]
