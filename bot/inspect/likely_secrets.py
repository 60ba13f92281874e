"""What in a text is likely a secret by its looks: tokens, keys, passwords in URLs, card numbers.

Every pattern takes time that grows with the text and no faster: runs are read possessively (`++`), and what
is within them is looked at in Python.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

REDACTED: Final = "[REDACTED]"
"""What Cloudflare sends in place of an output that its step calls sensitive."""

_LONGEST_LABEL: Final = 40
PART: Final = 32_768  # characters
OVERLAP: Final = 1_024
"""The longest beginning of a secret, which the end of a part may cut."""

_TOKENS: Final = tuple(
    (label, tuple(beginnings.split()), re.compile(pattern, re.DOTALL))
    for label, beginnings, pattern in (
        (
            "private key",
            "-----BEGIN",
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----.*?(?:-----END [^-\n]{0,60}-----|\Z)",
        ),
        ("JWT", "eyJ", r"eyJ[\w-]{5,}+(?:\.[\w-]*+){1,4}+"),
        (
            "AWS key",
            "AKIA ASIA AROA AIDA AGPA ANPA ANVA ABIA ACCA",
            r"\bA(?:KI|SI|RO|ID|GP|NP|NV|BI|CC)A[A-Z2-7]{16}\b",
        ),
        ("Stripe key", "k_live_ k_test_ whsec_", r"(?:[srp]k_(?:live|test)|whsec)_\w{6,}+"),
        ("Slack token", "xox xapp-", r"x(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w-]{6,}+"),
        ("Slack webhook", "hooks.slack", r"hooks\.slack(?:-gov)?\.com/[\w/-]{10,}+"),
        ("Discord webhook", "/api/webhooks/", r"/api/webhooks/[\w/-]{10,}+"),
        ("GitHub token", "gh github_pat_", r"\bgh[a-z]_[A-Za-z0-9]{16,}+|github_pat_\w{16,}+"),
        ("GitLab token", "gl", r"\bgl[a-z]{2,6}-[\w-]{16,}+"),
        ("API key", "sk- pk-", r"\b[sp]k-[\w-]{16,}+"),
        ("Google key", "AIza ya29. GOCSPX-", r"AIza[\w-]{30,}+|ya29\.[\w-]{10,}+|GOCSPX-[\w-]{10,}+"),
        ("SendGrid key", "SG.", r"SG\.[\w-]{10,}+\.[\w-]{10,}+"),
        ("Twilio key", "SK", r"\bSK[0-9a-f]{32}\b"),
        ("Shopify token", "shp", r"\bshp[a-z]{2}_[A-Za-z0-9]{16,}+"),
        ("Telegram token", ":AA", r"(?<![0-9])[0-9]{8,10}:AA[\w-]{33}(?![\w-])"),
        (
            "API key",
            "npm_ hf_ doo_v1_ dop_v1_ lin_api_ ntn_ sbp_ rpa_ cf",
            r"\b(?:npm|hf|dop_v1|doo_v1|lin_api|ntn|sbp|rpa|cf[a-z]{1,3}t?)_[A-Za-z0-9]{20,}+",
        ),
        ("API key", "pypi- sq0", r"\b(?:pypi-|sq0[a-z]{3}-)[\w-]{16,}+"),
        ("API key", "key- v1.0-", r"\b(?:key-(?=[0-9a-f]{32}\b)|v1\.0-(?=[0-9a-f]{24}-))[\w-]{16,}+"),
        ("API key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{20,}+"),
    )
)
"""What vendors' keys are called, what they begin with, and how they go on."""

_SCHEMES: Final = ("bearer", "basic", "token", "negotiate", "apikey")
_AUTHORIZATION: Final = re.compile(
    rf"(?i)\b(?P<scheme>{'|'.join(_SCHEMES)})(?P<space>[ \t]{{1,20}}+|%20|\+)"
    r"(?P<secret>[\w.~+/=:-]{6,}+)"
)
_URL: Final = re.compile(r"://[^\s\"'<>`]++")
_USER_INFO: Final = re.compile(r"(?P<user>[^/?#@:]*+):(?![0-9]{1,5}(?:[/?#]|$))(?P<password>.++)", re.DOTALL)
_LONE_USER: Final = 12  # characters of a user name without a password that may be a token
_DIGITS: Final = re.compile(r"[0-9](?:[ \-\u00a0\u2009\u202f\u2010-\u2015]?[0-9]){12,}+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HASH: Final = re.compile(r"(?=[0-9]*+[a-f])[0-9a-f]{20,}+")
_HASH_END: Final = re.compile(r"[0-9a-fA-F-]*+\Z")
_HASH_START: Final = re.compile(r"[0-9a-fA-F-]*+")
_GROUP: Final = re.compile(r"[0-9]+")
_IBAN: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
_SPELLED: Final = 64  # characters of the longest run of digits whose groups may be of one digit each
_CARD: Final = range(13, 20)
"""How many digits a card number has: ISO/IEC 7812."""


def substitute(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str] | str, text: str) -> str:
    """Replace all that a pattern finds, as its `sub` does; a long text is searched a part at a time.

    So other threads get their turn, as no search holds Python's lock for more than a few milliseconds.
    """
    if len(text) <= PART:
        return pattern.sub(replace, text)
    shown: list[str] = []
    position = done = 0
    while position < len(text):
        end = position + PART
        found = pattern.search(text, position, end)
        if found is None:
            if end >= len(text):
                break
            position = max(position + 1, end - OVERLAP)
            continue
        if found.end() > end - OVERLAP:  # it may go on
            start = found.start()
            found = pattern.match(text, start)
            if found is None:
                position = start + 1
                continue
        replaced = replace if isinstance(replace, str) else replace(found)
        shown += [text[done : found.start()], replaced]
        position = done = max(found.end(), position + 1)
    return "".join((*shown, text[done:]))


def placeholder(what: str) -> str:
    """Return what stands in place of a secret: a word that says what it was."""
    label = re.sub(r"[^\w -]+", " ", what).strip()[:_LONGEST_LABEL].strip()
    return f"[hidden: {label or 'value'}]"


def mask_likely_secrets(text: str) -> str:
    """Replace what looks like a secret in a text, wherever it stands."""
    for label, beginnings, token in _TOKENS:
        if any(beginning in text for beginning in beginnings):
            text = substitute(token, placeholder(label), text)
    folded = text.lower()
    if any(scheme in folded for scheme in _SCHEMES):
        text = substitute(_AUTHORIZATION, _mask_authorization, text)
    if "@" in text:
        text = substitute(_URL, _mask_users, text)
    text = substitute(_DIGITS, _mask_cards, text)
    return substitute(_IBAN, _mask_iban, text)


def mask_number(number: float) -> float | str:
    """Replace a number that is a card's."""
    if isinstance(number, float) and not number.is_integer():
        return number
    whole = int(number)
    if not 10**12 <= whole < 10**19:
        return number
    masked = _DIGITS.sub(_mask_cards, str(whole))
    return number if masked == str(whole) else masked


def decode_base64(text: str) -> str | None:
    """Return the text that another one is the base64 of, or None."""
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_")
        return raw.decode()
    except (binascii.Error, ValueError):
        return None


def _mask_authorization(found: re.Match[str]) -> str:
    """Mask what stands behind a scheme, unless it is a word, as in `Bearer authentication`."""
    secret = found["secret"].rstrip(".:")
    if found["scheme"].lower() == "basic":
        is_secret = ":" in (decode_base64(secret) or "")
    else:
        is_secret = len(secret) >= 20 or not (secret.isalpha() and secret[1:].islower())
    if not is_secret:
        return found[0]
    rest = found["secret"][len(secret) :]
    return f"{found['scheme']}{found['space']}{placeholder(found['scheme'].lower())}{rest}"


def _mask_users(found: re.Match[str]) -> str:
    """Mask the users and passwords of URLs, which may follow each other without a space."""
    return "://".join(map(_mask_user, found[0].split("://")))


def _mask_user(part: str) -> str:
    """Mask the user and the password of a URL without its scheme."""
    user_info, at, rest = part.rpartition("@")
    if not at:
        return part
    found = _USER_INFO.fullmatch(user_info)
    if found is not None:
        return f"{placeholder('user and password')}@{rest}"
    is_token = len(user_info) >= _LONE_USER and not re.search(r"[/?#]", user_info)
    return f"{placeholder('user')}@{rest}" if is_token else part


def _mask_cards(found: re.Match[str]) -> str:
    """Mask the card numbers in a run of digits: of its groups that follow each other, or of all of it."""
    run = found[0]
    if _is_fraction_or_hash(found):
        return run
    shortest = 1 if len(run) <= _SPELLED else 2
    groups = [(each.start(), each.end()) for each in _GROUP.finditer(run) if len(each[0]) >= shortest]
    shown, done, first = [], 0, 0
    while first < len(groups):
        end = _end_of_card(run, groups[first : first + _CARD[-1]])
        if end is None:
            first += 1
            continue
        start = groups[first][0]
        shown += [run[done:start], placeholder("card number")]
        done = end
        first = next((place for place, group in enumerate(groups) if group[0] >= end), len(groups))
    return "".join((*shown, run[done:]))


def _is_fraction_or_hash(found: re.Match[str]) -> bool:
    """Return whether digits are those behind a point, or in a UUID or another hexadecimal text."""
    text, start, end = found.string, found.start(), found.end()
    if text[max(start - 2, 0) : start].rstrip(".").isdecimal() and text[start - 1] == ".":
        return True
    before = _HASH_END.search(text[max(start - 64, 0) : start])
    after = _HASH_START.match(text, end, end + 64)
    word = f"{before[0] if before else ''}{found[0]}{after[0] if after else ''}"
    return len(word) > len(found[0]) and (_UUID.search(word) or _HASH.fullmatch(word)) is not None


def _end_of_card(run: str, groups: list[tuple[int, int]]) -> int | None:
    """Return where a card number ends that begins with the first group; None if none does."""
    digits, sizes = "", []
    for start, end in groups:
        digits += run[start:end]
        sizes.append(end - start)
        if len(digits) > _CARD[-1]:
            return None
        # Groups of a date and a time are others.
        is_in_form = min(sizes[:-1], default=3) >= 3 or len(set(sizes)) == 1
        if len(digits) in _CARD and is_in_form and _is_card(digits, is_grouped=len(sizes) > 1):
            return end
    return None


def _is_card(digits: str, *, is_grouped: bool) -> bool:
    """Return whether digits are a card's: by its check digit (Luhn), and by what networks begin with.

    No network's numbers begin with 0, 1 or 7, but times since 1970 and many ids do, and every tenth of them
    has a right check digit. Of those only what is written in groups counts.
    """
    if (digits[0] in "017" or (len(digits) == 13 and digits[0] != "4")) and not is_grouped:
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0 and len(set(digits)) > 1


def _mask_iban(found: re.Match[str]) -> str:
    """Mask an IBAN, by its check digits; a word behind it is none of its groups."""
    shown = found[0]
    while len(shown) >= 15:
        plain = re.sub(r"[ -]", "", shown)
        if int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1:
            return placeholder("IBAN") + found[0][len(shown) :]
        shorter = re.sub(r"[ -][A-Z0-9]+$", "", shown)
        if shorter == shown:
            break
        shown = shorter
    return found[0]
