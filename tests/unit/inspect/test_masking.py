"""No secret of an instance's params, outputs and errors is shown, and all else is shown as it is."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.inspect import likely_secrets, secret_keys
from bot.inspect.payloads import PayloadPolicy, mask, mask_text
from tests.support.cpu import computing_seconds
from tests.support.properties import examples
from tests.support.secret_examples import BY_LOOKS, JWT, ORDINARY, ORDINARY_KEYS, SECRET_KEYS

POLICY = PayloadPolicy()
SECRET = "hunter2-Zq9"

texts = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(SECRET_KEYS)


def nest(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Put a value into objects, lists and texts of JSON, one in another."""

    def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return (
            st.tuples(texts, inner, values).map(lambda it: {it[0]: it[1], "beside": it[2]})
            | st.tuples(values, inner).map(list)
            | inner.map(lambda it: json.dumps(it, ensure_ascii=False))
            | inner.map(json.dumps)
            | inner.map(lambda it: json.dumps(it, indent=2))
        )

    return st.recursive(leaf, deeper, max_leaves=3)


def shown(value: object, policy: PayloadPolicy = POLICY) -> str:
    """Return all that is left of a value, also of what is written as JSON in it."""
    return json.dumps(mask(value, policy), ensure_ascii=False)


@given(nest(keys.map(lambda key: {key: SECRET})))
@settings(max_examples=examples(150))
def test_the_value_of_a_secret_key_shows_in_no_nesting(value: object) -> None:
    assert SECRET not in shown(value)


@given(nest(st.sampled_from(sorted(BY_LOOKS.values()))))
@settings(max_examples=examples(150))
def test_what_looks_like_a_secret_shows_in_no_nesting(value: object) -> None:
    left = shown(value)
    assert not any(secret in left for secret in BY_LOOKS.values()), left


@given(nest(st.dictionaries(keys | texts, values, max_size=3)) | values)
@settings(max_examples=examples(200))
@example({"password": "[hidden: x]", "a": "token=[hidden: token]"})
@example(json.dumps({"token": None, "b": 1}))
def test_masking_again_changes_nothing(value: object) -> None:
    once = mask(value, POLICY)
    assert mask(once, POLICY) == once


def shape(value: object) -> object:
    if isinstance(value, dict):
        return [shape(held) for held in value.values()]
    return [shape(held) for held in value] if isinstance(value, list) else None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 10**6) | texts,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ORDINARY_KEYS), inner, max_size=4)
        ),
    )
)
@settings(max_examples=examples(200))
def test_the_shape_of_json_stays(value: object) -> None:
    assert shape(mask(value, POLICY)) == shape(value)


@pytest.mark.parametrize("what", BY_LOOKS)
@pytest.mark.parametrize(
    "around", ["{}", "a {} b", "({})", '"{}"', "x={}&y=1", "\n{}\n", "{},{}", "<{}>", "\\n{}\\n"]
)
def test_a_secret_is_recognised_between_other_words(what: str, around: str) -> None:
    secret = BY_LOOKS[what]
    left = mask_text(around.replace("{}", secret), POLICY)
    password = secret.rpartition(" ")[2].rpartition("@")[0].rpartition(":")[2] or secret
    assert password not in left
    assert "[hidden: " in left


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_secret_keys_in_all_spellings(key: str) -> None:
    assert SECRET not in shown({key: SECRET})
    assert mask({key: 12345}, POLICY) != {key: 12345} or key.endswith("tokens")
    assert SECRET not in shown({key: {"deeper": [SECRET]}})
    nothings: tuple[Any, ...] = (None, True, "", [], {})
    for nothing in nothings:
        assert mask({key: nothing}, POLICY) == {key: nothing}


@pytest.mark.parametrize("key", ORDINARY_KEYS)
def test_ordinary_keys_hide_nothing(key: str) -> None:
    assert mask({key: "plain"}, POLICY) == {key: "plain"}
    assert mask_text(f"{key}=plain", POLICY) == f"{key}=plain"


def test_numbers_of_tokens_are_counts() -> None:
    usage = {"max_tokens": 100, "totalTokens": 12.5, "tokens": 3}
    assert mask(usage, POLICY) == usage
    assert mask({"token": 123456}, POLICY) == {"token": "[hidden: token]"}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_stay(text: str) -> None:
    assert mask(text, POLICY) == text
    assert mask({"value": [text]}, POLICY) == {"value": [text]}


@pytest.mark.parametrize(
    "number", [1795914120000, 1795914120, 4111111111111112, 42, -1, 0.5, 1e300, True, 10**30, float("inf")]
)
def test_ordinary_numbers_stay(number: float) -> None:
    assert mask({"value": number}, POLICY) == {"value": number}


@pytest.mark.parametrize("number", [4111111111111111, 378282246310005, 4111111111111111.0])
def test_a_number_may_be_a_card(number: float) -> None:
    assert mask({"value": number}, POLICY) == {"value": "[hidden: card number]"}


def escapes(text: str) -> str:
    return "".join(f"\\u{ord(mark):04x}" for mark in text)


WRITTEN: dict[str, Callable[[str, str], str]] = {
    "assignment": lambda key, secret: f"connect failed: {key}={secret} timeout=3",
    "colon": lambda key, secret: f"connect failed ({key}: {secret})",
    "line": lambda key, secret: f"a: b\n{key}: {secret} and more\nc: d",
    "quoted": lambda key, secret: f"{{'{key}': '{secret} x'}}",
    "bytes": lambda key, secret: f"{key}=b'{secret}'",
    "index": lambda key, secret: f'options["{key}"] = "{secret}"',
    "query": lambda key, secret: f"https://host/path?a=1&{key}={secret}&b=2",
    "flag": lambda key, secret: f"run --{key} {secret} --verbose",
    "flag with sign": lambda key, secret: f"run --{key}={secret}",
    "cut JSON": lambda key, secret: f'{{"a": [1, {{"{key}": "{secret}',
    "cut by Cloudflare": lambda key, secret: f'{{"{key}": "{secret}", "b": "c... [truncated output]',
    "JSON in words": lambda key, secret: f'Error: 400 {{"{key}":"{secret}"}} from upstream',
    "escaped JSON": lambda key, secret: "body was " + json.dumps(json.dumps({key: secret})) + " !",
    "escaped twice": lambda key, secret: "body: " + json.dumps(json.dumps(json.dumps({key: secret}))) + " !",
    "escaped and cut": lambda key, secret: json.dumps(json.dumps({key: secret}))[:-4],
    "with quotes": lambda key, secret: "said " + json.dumps({key: f'a"b{secret}'}) + " !",
    "list in cut JSON": lambda key, secret: f'{{"{key}": ["a", "{secret}"], "b',
    "element": lambda key, secret: f"<r><{key}>{secret}</{key}></r>",
    "cdata": lambda key, secret: f"<r><{key}><![CDATA[{secret}]]></{key}></r>",
    "named": lambda key, secret: f'x {{"name": "{key}", "value": "{secret}"',
    "form": lambda key, secret: f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{secret}\r\n--b',
    "unicode escapes": lambda key, secret: 'x {"' + escapes(key) + f'": "{secret}"',
    "HTML": lambda key, secret: f"&quot;{key}&quot;: &quot;{secret}&quot;",
    "URL-encoded": lambda key, secret: quote(json.dumps({key: secret})),
    "URL-encoded twice": lambda key, secret: quote(quote(f"{key}={secret}")),
    "base64": lambda key, secret: "data " + base64.b64encode(json.dumps({key: secret}).encode()).decode(),
    "base64 for URLs": lambda key, secret: base64.urlsafe_b64encode(f"??~{key}={secret}".encode()).decode(),
    "lines of JSON": lambda key, secret: f'{{"a": 1}}\n{{"{key}": "{secret}"}}',
}  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("key", ["password", "api_key", "clientSecret", "X-Api-Key", "accessToken"])
def test_a_secret_key_is_found_in_texts_of_any_form(written: str, key: str) -> None:
    text = WRITTEN[written](key, SECRET)
    for value in (text, {"message": text}, json.dumps([text])):
        left = shown(value)
        assert SECRET not in left, left
        assert "[hidden: " in left


@pytest.mark.parametrize("written", [name for name in WRITTEN if name != "named"])
def test_keys_of_the_settings_are_found_in_texts_too(written: str) -> None:
    text = WRITTEN[written]("customerEmail", "ada")
    policy = PayloadPolicy(redact=("customer_email",))
    assert "ada" not in mask_text(text, policy)


@pytest.mark.parametrize(
    ("pattern", "key", "is_hidden"),
    [
        ("email", "email", True),
        ("email", "E-Mail", True),
        ("email", "e_mail", True),
        ("email", "customerEmail", False),
        ("*email", "customerEmail", True),
        ("customer_*", "customerName", True),
        ("customer-*", "CUSTOMER_NAME", True),
        ("customerName", "customer_name", True),
        ("*phone*", "homePhoneNumber", True),
        ("line?", "line1", True),
        ("line?", "line12", False),
        ("straße", "STRASSE", True),
    ],
)
def test_settings_name_keys_by_patterns(pattern: str, key: str, is_hidden: bool) -> None:
    masked = mask({key: ["x"]}, PayloadPolicy(redact=(pattern,)))
    assert (masked != {key: ["x"]}) is is_hidden


@pytest.mark.parametrize("value", [None, True, 0, "", [], {"a": 1}, ["b"]])
def test_a_key_that_settings_name_hides_whatever_it_has(value: object) -> None:
    assert mask({"Born": value}, PayloadPolicy(redact=("born",))) == {"Born": "[hidden: Born]"}


def test_headers_are_read_as_pairs() -> None:
    assert SECRET not in shown(["Host", "x", "X-Api-Key", SECRET])
    assert SECRET not in shown([["x-api-key", SECRET], ["host", "x"]])
    assert SECRET not in shown({"headers": [{"name": "X-Api-Key", "value": SECRET}]})
    assert SECRET not in shown({"headers": [{"value": SECRET, "Key": "x_api_key"}]})
    assert mask(["name", "password"], POLICY) == ["name", "password"]


def test_a_whole_line_of_a_header_is_hidden() -> None:
    text = "GET /x\r\nCookie: a=1; s=hunter2\r\nHost: h\r\nAuthorization: Digest username=hunter2, x=y"
    assert mask_text(text, POLICY) == (
        "GET /x\r\nCookie: [hidden: Cookie]\r\nHost: h\r\nAuthorization: [hidden: Authorization]"
    )


def test_a_card_in_front_of_more_digits_is_hidden() -> None:
    assert mask_text("4111 1111 1111 1111 123 12/29", POLICY) == "[hidden: card number] 123 12/29"


def test_a_secret_in_a_key_is_hidden() -> None:
    assert JWT not in shown({JWT: 1, "a": {JWT: 2}})
    assert list(mask({JWT: 1, f"{JWT}x": 2}, POLICY).values()) == [1, 2]


def test_a_key_twice_hides_both() -> None:
    text = '{"password": "hunter2", "password": null, "mail": 1, "mail": "hunter2", "mail": "hunter2"}'
    left = mask(text, PayloadPolicy(redact=("mail",)))
    assert "hunter2" not in left
    assert left.count("[hidden: mail") == 3


def test_json_without_secrets_stays_as_it_was_written() -> None:
    text = '{"b":1,  "a": [1.10, "\\u00e9"]}'
    assert mask(text, POLICY) == text


def test_what_stands_in_place_says_what_it_was() -> None:
    assert mask({"Authorization": "x", "n": f"Bearer {JWT}"}, POLICY) == {
        "Authorization": "[hidden: Authorization]",
        "n": "Bearer [hidden: JWT]",
    }


def test_an_author_can_not_write_a_mask_of_their_own_around_a_secret() -> None:
    assert SECRET not in shown({"password": f"[hidden: {SECRET}]"})
    assert SECRET not in mask_text(f"password=[hidden: {SECRET}]", POLICY)


def test_depth_is_bounded() -> None:
    deep: Any = SECRET
    for _ in range(20_000):
        deep = [deep]
    assert SECRET not in repr(mask(deep, POLICY))
    text = json.dumps({"password": SECRET})
    for _ in range(12):
        text = json.dumps(text)
    assert SECRET not in shown(text)
    assert SECRET not in shown("[" * 100_000 + f'{{"password":"{SECRET}"')


def test_size_is_bounded_and_what_is_left_out_is_said() -> None:
    masked = mask({"a": ["x" * 100] * 100, "b": {"password": SECRET}}, POLICY, 1_000)
    assert len(json.dumps(masked)) < 2_000
    assert "[hidden: too large]" in json.dumps(masked)
    assert mask("x" * 5_000, POLICY, 1_000).endswith("[hidden: too large]")


HOSTILE = {
    "dashes": "a-",
    "digits": "1",
    "spelled digits": "4 ",
    "groups": "4111 ",
    "URLs": "://a:",
    "at": "://@",
    "private keys": "-----BEGIN PRIVATE KEY-----",
    "JWTs": "eyJaaaaaa.",
    "bearers": "bearer aaaaaa ",
    "quotes": 'password:"',
    "backslashes": 'password:\\"',
    "base64": "eyJwYXNzd29yZCI6Imh1bnRlcjIifQ== ",
    "percent": "%2525",
    "entities": "&amp;amp;",
    "escapes": "\\\\u0061",
    "names": 'name="password"\n',
    "elements": "<token>",
    "IBANs": "DE89 ",
    "brackets": "password:[",
    "spaces": " ",
    "flags": "--password ",
    "truncated": "[truncated",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(what: str) -> None:
    def seconds(length: int) -> float:
        text = (HOSTILE[what] * length)[:length]
        return computing_seconds(lambda: mask_text(text, POLICY))

    seconds(1_000)  # what is cached is cached
    assert seconds(80_000) < 2.0, "one that backtracks takes minutes"


def test_an_object_with_one_key_over_and_over_takes_no_longer() -> None:
    text = "{" + '"a":1,' * 20_000 + '"b":1}'
    assert mask(text, POLICY).endswith('"b":1}')
    assert computing_seconds(lambda: mask(text, POLICY)) < 2.0


@pytest.mark.parametrize("what", [*BY_LOOKS, *WRITTEN])
def test_a_secret_is_found_wherever_the_parts_of_a_long_text_meet(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Long texts are searched a part at a time."""
    for module in (likely_secrets, secret_keys):
        monkeypatch.setattr(module, "PART", 1_200)
    text = BY_LOOKS[what] if what in BY_LOOKS else f" {WRITTEN[what]('password', SECRET)} "
    secret = BY_LOOKS.get(what, SECRET)
    for before in range(1_200 - 240, 1_200 + 20, 11):
        beginning = "x " * (before // 2) + "." * (before % 2)
        masked = mask_text(f"{beginning}\n{text}\n{'y ' * 200}", POLICY)
        assert secret not in masked, before
        assert "[hidden: " in masked


def test_no_half_of_a_secret_stands_where_a_long_text_is_cut() -> None:
    """What stands before the cut shrinks, so that the cut is in sight."""
    key = f"-----BEGIN PRIVATE KEY-----\n{'A' * 3_900}\n-----END PRIVATE KEY-----"
    text = f"{key} card 4111 1111 1111 1111 {'x ' * 2_000}"
    for most in range(len(key) + 5, len(key) + 30):
        shown = mask_text(text, POLICY, most)
        assert "4111" not in shown, shown
