"""Which numbers and words in an error's text are codes: they say what went wrong. Pure.

A code is known by what stands before it, as in `HTTP 500`, `SQLSTATE[42P01]` or `"code": 10013`.
"""

import re
from typing import Final

_LOOKED_AT: Final = 40
"""Characters before and behind a word that tell what it is."""

_CODE: Final = re.compile(r"-?\d{1,5}|0x[0-9a-f]{1,8}|[A-Z]{0,8}-?\d[0-9A-Z]{1,5}|[0-9A-Z]{5}")
_AFTER_CODE_WORD: Final = re.compile(
    r"""(?:https?(?:/\d(?:\.\d)?)?|status|code|codes|errno|sqlstate|smtp|hresult|signal|kode|kod
      | c[óo]digo|codice|код|コード|代码|代碼|코드)(?:\s(?:ошибки|d'erreur|d[ei]\serr\w{2,3}|błędu|chyby))?
    ["'\]]{0,2}[\s:=\#(\[]{0,3}["']?
    (?:(?:code|status|is|was|of|with)["']?[\s:=\#(\[]{1,3}["']?)?[-+]?$""",
    re.VERBOSE | re.IGNORECASE,
)
_OTHER_CODES: Final = re.compile(
    r"""(?:postal|post|zip|promo|coupon|voucher|gift|discount|referral|invite|country|area|dial|access|pin|qr
      | bar|sort|tracking|product|item|security|verification|confirmation|activation|reset|login|sms)
    [\s_-]?codes?[\W_]{0,6}(?:is|was|of)?\W{0,3}$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Codes that name something, and not what went wrong."""
_AFTER_ERROR_WORD: Final = re.compile(
    r"(?:\[[0-9A-Z]{5}\]\s?\[|(?:error|err|fehler|erreur|errore|fout|fel|ошибка|エラー|错误|錯誤|오류)[\s#(]{1,2})$",
    re.IGNORECASE,
)
_ERROR_NUMBER: Final = re.compile(r"\d{3,5}|[A-Z]{1,5}\d{2,5}")

_AFTER_SYSTEM: Final = re.compile(
    r"""\b(?:grpc|rpc|curl|libcurl|os|win32|winsock|socket|sqlite|mysql|postgres|postgresql|mongodb|oracle|redis
      | kafka|openssl|ssl|tls|ldap|ftp|imap|ssh|dns|twilio|cloudflare|discord|telegram|whatsapp|paypal|stripe
      | plivo|vonage|sendgrid|mailgun|shopify|fedex|ups|dhl|facebook|graph|slack)
    (?:\s(?:api|sdk))?(?:\s(?:error|failure|fault|status|err|returned|answered))?[\s:]{1,2}[(\[#]{0,2}$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What numbers its errors, without a word that says so."""
_SYSTEM_NUMBER: Final = re.compile(r"\d{1,6}")
_EXITED: Final = re.compile(
    r"\b(?:exit(?:ed|s)?|killed|terminated)\s(?:(?:with|by|on)\s)?[(]?$", re.IGNORECASE
)
_EXIT: Final = re.compile(r"-?\d{1,3}")

_BETWEEN: Final = " \t\n:([#"
"""What may stand between a word and its code."""
_ANSWERED: Final = re.compile(
    r"\b(?:answered|returned|responded|replied)\s(?:with\s)?(?:an?\s)?$", re.IGNORECASE
)
_FAILED: Final = re.compile(
    r"""\b(?:(?:fail(?:ed|s|ure)?|reject(?:ed|s)|refused|errored|crashed|aborted|ended|came\sback)\s(?:with|by)
      | response|reply|answer|antwort|réponse|respuesta|risposta)
    [\s:]{1,2}(?:(?:was|is|an?|of)\s)?[(\[]?$""",
    re.VERBOSE | re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"\b(?:got|received|gave|says?|said|sent|responds|answers|returns)\s(?:with\s)?(?:an?\s)?$", re.IGNORECASE
)
_STATUS: Final = re.compile(r"[1-5]\d\d")
_FAILURE_STATUS: Final = re.compile(r"4[0-3]\d|451|499|5[0-3]\d")
_SEPARATED: Final = re.compile(r"(?:^|[:(\[=>→-])\s?$")
_REASON: Final = re.compile(r"[)\]]?:?\s[A-Z][a-z]+")
"""What follows a status in its own words, as `Bad Gateway`."""
_END: Final = re.compile(r"\s?(?:[)\].,;]|$|from\b|for\b|on\b)")
_REASON_BEFORE: Final = re.compile(
    r"""\b(?:not\sfound|bad\s(?:gateway|request)|unauthorized|forbidden|conflict|gone
      | unprocessable\s(?:entity|content)
      | (?:internal\s)?server\serror|(?:service|temporarily)\sunavailable
      | gateway\stime-?out|too\smany\srequests
      | payment\srequired|method\snot\sallowed|request\stimeout|not\simplemented)[\s:]{0,2}[(\[]?$""",
    re.VERBOSE | re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"(?:^|:\s)[(\[]$")
_FROM: Final = re.compile(r"[)\]]\sfrom\b")
_FAILING: Final = re.compile(
    r"""\b(?:fail(?:ed|s|ure|ing)?|errors?|errored|refus(?:ed|al)|reject(?:ed|ion)|denied|declined|unavailable
      | answer(?:ed)?|answers|repl(?:y|ied)|respon(?:se|ded)|returned|got|received|said|status)\s[(\[]$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What stands before a status and whose it is; `(404) from Berlin` behind other words is a number."""
_OF_HTTP: Final = re.compile(
    r"(?i:http|fetch|request|respon|server|gateway|upstream|webhook|\bapi\b|\burl\b)|\b(?:GET|POST|PUT|PATCH|DELETE)\b"
)

_VENDORS: Final = re.compile(
    r"""(?:ORA|TNS|PLS|DPY|AADSTS|PGRST|TS|CVE|SQL)-?\d[\d-]{2,10}N?
      | E(?:RR)?[_-]?\d{3,5} | [0-5][0-9A-Z]P\d\d | (?:HY|IM|XX|P0)\d{3} | 0[A-Z]000""",
    re.VERBOSE,
)
"""Codes with a vendor's prefix, MongoDB's, and SQLSTATEs that have letters."""
_CONSTANT: Final = re.compile(r"[A-Z]+\d?[A-Z]*(?:_[A-Z]+\d?[A-Z]*)+")
"""The name of an error in capitals, as `ERR_HTTP2_STREAM_ERROR`: a digit in a part of it numbers nothing."""

_IN_TUPLE: Final = re.compile(r"\($")
_BEFORE_MESSAGE: Final = re.compile(r""",\s["']""")
_CODE_BEFORE: Final = re.compile(r"\(-?\d{3,5},\s$")
"""As Python's drivers tell errors: `(2006, "MySQL server has gone away")`."""

_TELLING: Final = re.compile(
    r"""(?:code|type|reason|message|msg|error|status|detail|title|kind|error_description)["']?\s?[:=>]\s?$
      | (?:codes|reasons|errors?|failed)["']?\s?[:=]\s?\[\s?$""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_KEY: Final = re.compile(r"[{,]\s{0,8}$")
_KEY: Final = re.compile(r"[A-Za-z_][\w.-]{0,40}")
_AFTER_KEY: Final = re.compile(r"\s{0,8}:")


def is_code(text: str, start: int, end: int) -> bool:
    """Return whether a word of a text is a code or a status, by its place in it."""
    word, before = text[start:end], _before(text, start)
    if _CODE.fullmatch(word) and _AFTER_CODE_WORD.search(before):
        return _OTHER_CODES.search(before) is None
    return (
        _VENDORS.fullmatch(word) is not None
        or _CONSTANT.fullmatch(word) is not None
        or (_ERROR_NUMBER.fullmatch(word) is not None and _is_error_number(text, before, end))
        or (before.rstrip(_BETWEEN)[-1:].isalpha() and _is_told(text, start, end))
        or (_FAILURE_STATUS.fullmatch(word) is not None and _is_status(text, start, end))
    )


def _is_error_number(text: str, before: str, end: int) -> bool:
    """Return whether what may be the number of an error stands behind such a word, or before a message."""
    is_in_tuple = _IN_TUPLE.search(before) is not None and _BEFORE_MESSAGE.match(text, end) is not None
    return is_in_tuple or _AFTER_ERROR_WORD.search(before) is not None


def _is_told(text: str, start: int, end: int) -> bool:
    """Return whether a number is a code by the words right before it."""
    word, before = text[start:end], _before(text, start)
    return (
        (_STATUS.fullmatch(word) is not None and _is_answer(text, before, end))
        or (_SYSTEM_NUMBER.fullmatch(word) is not None and _is_numbered(text, before, end))
        or (_EXIT.fullmatch(word) is not None and _EXITED.search(before) is not None and _ends(text, end))
    )


def _is_answer(text: str, before: str, end: int) -> bool:
    """Return whether a status stands where somebody tells what was answered."""
    if _ANSWERED.search(before) is not None:
        return True
    is_told = _FAILED.search(before) is not None
    return is_told and (_ends(text, end) or _REASON.match(text, end) is not None)


def _is_numbered(text: str, before: str, end: int) -> bool:
    """Return whether a number is that of an error of some system, as in `Twilio 21211: no such number`."""
    is_after = _AFTER_SYSTEM.search(before) is not None
    return is_after and (
        text[end : end + 1] == ":" or _ends(text, end) or _REASON.match(text, end) is not None
    )


def _ends(text: str, end: int) -> bool:
    """Return whether nothing behind a number says what it counts."""
    return _END.match(text, end) is not None


def _is_status(text: str, start: int, end: int) -> bool:
    """Return whether a number that may be the status of a failure is one."""
    before, behind = _before(text, start), text[end : end + _LOOKED_AT]
    if _REASON_BEFORE.search(before) or (_BRACKETED.search(before) and behind[:1] in {")", "]"}):
        return True
    if before[-1:] in {"(", "["} and _FROM.match(behind):
        return _FAILING.search(before) is not None or _OF_HTTP.search(text) is not None
    if not _SAID.search(before) and not _SEPARATED.search(before):
        return False
    if _REASON.match(behind) or (start == 0 and behind.lstrip().startswith("{")):
        return True
    return _END.match(behind) is not None and _OF_HTTP.search(text) is not None


def is_telling(text: str, start: int) -> bool:
    """Return whether the text from here on is the kind of error, as the text behind `"code":` is."""
    before = _before(text, start)
    return _TELLING.search(before) is not None or _CODE_BEFORE.search(before) is not None


def is_json_key(text: str, start: int, end: int) -> bool:
    """Return whether a quotation, with its marks, is a key of a JSON object."""
    if not _KEY.fullmatch(text, start + 1, end - 1) or not _AFTER_KEY.match(text, end):
        return False
    return _BEFORE_KEY.search(_before(text, start)) is not None


def _before(text: str, start: int) -> str:
    return text[max(0, start - _LOOKED_AT) : start]
