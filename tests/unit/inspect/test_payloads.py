"""What is shown of params and outputs: how it is written, where it is cut, and what is said of it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.instance_models import InstanceDetail
from bot.inspect.messages.payloads import (
    IN_MODAL,
    PayloadControls,
    StepOutput,
    file_name,
    hidden_view,
    introduction,
    loading_view,
    no_payload_view,
    not_allowed_message,
    not_opened_message,
    not_sent_message,
    outputs_view,
    payload_blocks,
    payload_view,
    sent_message,
)
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SendPayload, ShowPayload
from bot.inspect.payloads import PREVIEW, PayloadPolicy, mask_whole, preview_payload
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.elements import Message
from tests.support.properties import examples
from tests.support.screens import assert_slack_shows
from tests.unit.ui.test_hostile_texts import foreign

POLICY = PayloadPolicy()
SLACK = PayloadValidator()
SUBJECT = InstanceRef("order-processing", "ord-59603")
PARAMS = ShowPayload(SUBJECT, "params")
STEP = ShowPayload(SUBJECT, "step", "reserve stock-1", "step")
CONTROLS = PayloadControls("p", "o", "P", "O", "s")
ROWS = {"rows": [{"id": number, "name": f"row {number}"} for number in range(2_000)], "password": "hunter2"}


def test_json_is_indented_and_so_is_json_in_a_text() -> None:
    value = {"a": [1, {"b": None}], "é": "x"}
    expected = json.dumps(value, indent=2, ensure_ascii=False)
    for given_ in (value, json.dumps(value), f" {json.dumps(value)}\n", json.dumps(json.dumps(value))):
        payload = preview_payload(given_, POLICY)
        assert (payload.text, payload.total, payload.is_json) == (expected, None, True)


@pytest.mark.parametrize("text", ["done", "42", "line\n  line", "{no json", "<html>`&`</html>", "true", ""])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    payload = preview_payload(text, POLICY)
    assert (payload.text, payload.total, payload.is_json) == (text, None, False)


@pytest.mark.parametrize(
    ("value", "text"), [(12, "12"), (0.5, "0.5"), (True, "true"), ([], "[]"), ({}, "{}")]
)
def test_other_values_are_written_as_json(value: Any, text: str) -> None:
    assert preview_payload(value, POLICY).text == text


@pytest.mark.parametrize("value", [ROWS, json.dumps(ROWS)])
def test_a_long_one_is_cut_at_a_line_and_says_of_how_many(value: Any) -> None:
    payload = preview_payload(value, POLICY)
    written = json.dumps(ROWS, indent=2)
    assert PREVIEW // 2 < len(payload.text) <= PREVIEW
    assert written.startswith(payload.text + "\n")
    assert payload.total == len(written)
    assert mask_whole(value, POLICY).total is None
    assert json.loads(mask_whole(value, POLICY).text) == {**ROWS, "password": "[hidden: password]"}


def test_a_long_text_without_lines_is_cut_all_the_same() -> None:
    payload = preview_payload("x" * 100_000, POLICY)
    assert (len(payload.text), payload.total) == (PREVIEW, 100_000)
    assert preview_payload("word " * 1_000, POLICY).text.endswith("word")


@given(st.integers(PREVIEW - 60, PREVIEW + 60), st.sampled_from(['token="', "Bearer ", "card 4111 "]))
@settings(max_examples=examples(60))
def test_no_secret_shows_where_a_text_is_cut(at: int, beginning: str) -> None:
    secret = "1111 1111 1111 " if beginning.startswith("card") else "hunter2Zq9hunter2Zq9"
    text = "x" * (at - len(beginning) - 4) + " " + beginning + secret + " y" * 5_000
    assert secret[:5] not in preview_payload(text, POLICY).text
    assert secret[:5] not in mask_whole(text, POLICY).text


@pytest.mark.parametrize("end", ["[truncated output]", "...[truncated", "[truncated 512 bytes]"])
def test_what_cloudflare_cut_is_said(end: str) -> None:
    payload = preview_payload('{"a": "b", "password": "c' + end, POLICY)
    assert payload.cut_by_cloudflare
    assert not preview_payload('{"a": "[truncated] b"}', POLICY).cut_by_cloudflare


def test_what_the_workflow_hides_is_said() -> None:
    assert preview_payload("[REDACTED]", POLICY).hidden_by_workflow
    assert mask_whole("[REDACTED]", POLICY).hidden_by_workflow
    assert not preview_payload("x [REDACTED]", POLICY).hidden_by_workflow


def detail(params: Any = None, output: Any = None) -> InstanceDetail:
    return InstanceDetail(params=params, output=output)


def check(blocks: list[limits.Block]) -> None:
    SLACK.check_message("x", blocks)


def check_view(view: limits.Block) -> None:
    SLACK.check_view(view)


@pytest.mark.parametrize(
    ("params", "output"),
    [
        ({"order": 1, "password": "x"}, '{"ok": true}'),
        (ROWS, "done"),
        (None, "[REDACTED]"),
        ({}, None),
        (None, None),
        ("", '{"a": "b... [truncated'),
    ],
)
def test_how_they_look(params: Any, output: Any, snapshot: SnapshotAssertion) -> None:
    folded, plainer = payload_blocks(detail(params, output), POLICY, CONTROLS)
    check(folded)
    check(plainer)
    check_view({"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": plainer})
    assert {"folded": folded, "plainer": plainer} == snapshot


def test_how_a_modal_looks(snapshot: SnapshotAssertion) -> None:
    payload = preview_payload({"order": 1, "token": "x"}, POLICY)
    views = [
        loading_view(),
        payload_view(PARAMS, payload, "P"),
        payload_view(STEP, preview_payload(ROWS, POLICY, 200), None, "✅ Sent."),
        no_payload_view(STEP, "There is none."),
        hidden_view(),
        outputs_view(SUBJECT, [StepOutput(3, "reserve stock-1", payload, "v")]),
        outputs_view(SUBJECT, []),
    ]
    for view in views:
        check_view(view)
    assert views == snapshot


def test_what_is_said_of_a_file(snapshot: SnapshotAssertion) -> None:
    payload = preview_payload({"order": 1}, POLICY)
    said = [
        sent_message("a.json", payload),
        not_allowed_message(payload),
        not_sent_message("fatal_error", payload),
        not_opened_message(PARAMS),
    ]
    for message in said:
        SLACK.check_message(message.text, message.blocks)
    assert [(message.text, message.blocks) for message in said] == snapshot
    assert introduction(STEP) == snapshot


def test_hidden_by_settings_nothing_and_no_button_is_left() -> None:
    folded, plainer = payload_blocks(detail(ROWS, "x"), PayloadPolicy(show=False), CONTROLS)
    assert folded == plainer
    assert [block["type"] for block in folded] == ["context"]


def test_ten_thousand_lines_fit_into_a_message_beside_the_rest() -> None:
    quotes = {"rows": ['"\\"<&`\u20ac' * 20] * 10_000}
    folded, plainer = payload_blocks(detail(quotes, quotes), POLICY, CONTROLS)
    assert limits.size(folded) < 12_000
    assert limits.size(plainer) < 2_000
    check(folded)


@given(foreign, foreign, foreign)
@settings(max_examples=examples(60))
def test_whatever_authors_write_slack_shows_it_and_nothing_comes_alive(
    params: str, output: str, name: str
) -> None:
    folded, plainer = payload_blocks(detail({name: params}, output), POLICY, CONTROLS)
    check(folded)
    check(plainer)
    request = ShowPayload(InstanceRef(name or "x", output or "x"), "step", params or "x")
    view = payload_view(request, preview_payload(params, POLICY, IN_MODAL), "P")
    check_view(view)
    told = [block for block in view["blocks"] if block["type"] != "rich_text"]  # which has no markup
    assert_slack_shows(Message("x", told))


@given(foreign, foreign, st.text())
@settings(max_examples=examples(100))
def test_the_name_of_a_file_is_safe(workflow: str, instance: str, step: str) -> None:
    name = file_name(SendPayload(InstanceRef(workflow, instance), "step", step), preview_payload("x", POLICY))
    assert name.isascii()
    assert len(name) < 255
    assert not set(name) & set('/\\:*?"<>|\0 ')
    assert not name.startswith((".", "-"))
    assert name.endswith(".txt")
