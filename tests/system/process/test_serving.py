"""A running bot answers what Slack signed, and nothing that others send disturbs it."""

import io
import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import AckError, LocalSlack, Signer, Unsigned, signature
from tests.support.messages import ask, click, row_ids

from .bot_process import BotProcess
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode({"command": "/workflows", "text": "help", "user_id": "U1", "team_id": "T1"}).encode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(shared_harness: Harness) -> AsyncIterator[BotProcess]:
    async with shared_harness.bot("serving", own_interpreter=True) as bot:
        yield bot


async def _post(
    harness: Harness, bot: BotProcess, body: bytes, headers: dict[str, str], content_type: str = FORM
) -> tuple[int, str]:
    async with harness.session.post(
        bot.request_url, data=io.BytesIO(body), headers={"Content-Type": content_type, **headers}
    ) as answer:
        return answer.status, await answer.text()


def _signed(harness: Harness, body: bytes) -> dict[str, str]:
    return Signer(harness.slack.signing_secret).headers(body.decode())


async def _is_well(harness: Harness, bot: BotProcess) -> bool:
    """Whether it still answers a command as it should."""
    message = await ask(harness.ada, "list order-processing")
    return bot.process.returncode is None and len(row_ids(message)) == 10


async def test_it_says_where_it_listens_in_one_json_line(bot: BotProcess) -> None:
    (ready,) = bot.events("ready")

    assert ready["port"] == bot.port
    assert ready["mode"] == "http"
    assert ready["level"] == "info"


async def test_a_healthy_start_logs_no_warning(bot: BotProcess) -> None:
    assert [entry for entry in bot.log if entry["level"] in {"warning", "error", "critical"}] == []
    assert bot.stdout == ""


async def test_a_signed_command_and_a_click_are_answered(harness: Harness, bot: BotProcess) -> None:
    first = await ask(harness.ada, "list order-processing")
    second = await click(harness.ada, first, "page_next")

    newest_first = [instance.id for instance in harness.cloudflare.instances("order-processing")]
    assert row_ids(first) == newest_first[:10]
    assert row_ids(second) == newest_first[10:20]
    assert bot.process.returncode is None


@pytest.mark.parametrize(
    "signs",
    [Unsigned(), Signer("wrong"), Signer(LocalSlack.signing_secret, lambda: time.time() - 301)],
    ids=["unsigned", "wrongly signed", "signed too long ago"],
)
async def test_a_stranger_is_refused(harness: Harness, bot: BotProcess, signs: Unsigned | Signer) -> None:
    stranger = harness.slack.person("ada", via=harness.slack.http(bot.request_url, signs))

    with pytest.raises(AckError, match="HTTP 401"):
        await stranger.command("/workflows", "list order-processing")

    assert await _is_well(harness, bot)


async def test_what_strangers_write_stays_out_of_the_log(harness: Harness, bot: BotProcess) -> None:
    body = COMMAND + b"&text=a-strangers-words"

    status, _ = await _post(harness, bot, body, _signed(harness, COMMAND))

    assert status == 401
    assert "a-strangers-words" not in bot.stderr


async def test_a_signature_that_does_not_fit_the_body_is_refused(harness: Harness, bot: BotProcess) -> None:
    status, _ = await _post(harness, bot, COMMAND + b"&text=list", _signed(harness, COMMAND))

    assert status == 401


@pytest.mark.parametrize("stamp", ["", "soon", "1e9", "-1", "9" * 400, "١٢٣"])
async def test_a_timestamp_that_is_no_time_of_now_is_refused(
    harness: Harness, bot: BotProcess, stamp: str
) -> None:
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(harness.slack.signing_secret, 0, COMMAND.decode()),
    }

    status, _ = await _post(harness, bot, COMMAND, headers)

    assert status == 401
    assert await _is_well(harness, bot)


async def test_a_stranger_can_not_make_the_bot_send_anything_anywhere(
    harness: Harness, bot: BotProcess
) -> None:
    payload = {
        "type": "block_actions",
        "actions": [{"type": "button", "action_id": "page_next", "block_id": "b", "value": "x"}],
        "response_url": f"{harness.slack.base_url}/actions/I1/forged",
        "channel": {"id": "C0GENERAL"},
        "user": {"id": "U0ADA0001"},
        "team": {"id": "T0LOCAL01"},
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    uses = harness.slack.responses.follow()
    calls = harness.slack.calls.follow()

    await _post(harness, bot, body, {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"})

    with pytest.raises(TimeoutError):
        await uses.next(within=0.5)
    with pytest.raises(TimeoutError):
        await calls.next(within=0.1)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"payload=%7Bnonsense", FORM),
        (b"\xff\xfe\xfa", FORM),
        (b"\xff\xfe\xfa", "application/json"),
    ],
    ids=["no json", "no json in the form", "no utf-8", "no utf-8 json"],
)
async def test_a_body_that_can_not_be_read_is_a_bad_request(
    harness: Harness, bot: BotProcess, body: bytes, content_type: str
) -> None:
    headers = Signer(harness.slack.signing_secret).headers(body.decode(errors="replace"))
    assert await _post(harness, bot, body, headers, content_type) == (400, "the body can't be read")
    assert (await _post(harness, bot, body, {}, content_type))[0] == 401, "a stranger's is not even read"
    assert await _is_well(harness, bot)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"text"', "application/json"),
        (b"7", "application/json"),
        (b"payload=%5B%5D", FORM),
        (b"payload=null", FORM),
        (b"payload=7", FORM),
        (b"", FORM),
        (b"", "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
    ids=[
        "list",
        "null",
        "string",
        "number",
        "list in a form",
        "null in a form",
        "number in a form",
        "empty form",
        "empty json",
        "deep json",
    ],
)
@pytest.mark.parametrize("sign", [True, False], ids=["signed", "unsigned"])
async def test_a_body_of_a_shape_slack_never_sends_is_no_fault_of_the_bot(
    harness: Harness, bot: BotProcess, body: bytes, content_type: str, sign: bool
) -> None:
    headers = _signed(harness, body) if sign else {}

    status, text = await _post(harness, bot, body, headers, content_type)

    assert status < 500, text
    assert sign or status in {400, 401}
    assert await _is_well(harness, bot)


async def test_a_body_larger_than_any_of_slacks_is_refused(harness: Harness, bot: BotProcess) -> None:
    body = b"text=" + b"x" * 2 * 1024 * 1024

    status, _ = await _post(harness, bot, body, _signed(harness, body))

    assert status == 413
    assert await _is_well(harness, bot)


async def test_only_slacks_own_way_of_asking_is_taken(harness: Harness, bot: BotProcess) -> None:
    assert (await harness.get(bot, "/slack/events"))[0] == 405
    assert (await harness.get(bot, "/"))[0] == 404


async def test_health_and_readiness(harness: Harness, bot: BotProcess) -> None:
    assert await harness.get(bot, "/healthz") == (200, '{"status": "up"}')
    assert await harness.get(bot, "/readyz") == (200, '{"status": "ready"}')


async def test_metrics_count_requests_calls_and_hits(harness: Harness, bot: BotProcess) -> None:
    commands = 'workflows_bot_requests_total{kind="command",outcome="200"}'
    calls = 'workflows_bot_upstream_calls_total{account="default",outcome="200"}'
    hits = 'workflows_bot_pages_total{account="default",outcome="hit"}'
    misses = 'workflows_bot_pages_total{account="default",outcome="miss"}'
    names = (commands, calls, hits, misses, "workflows_bot_ack_seconds_count")
    before = [await harness.metric(bot, name) for name in names]

    for _ in range(3):
        await ask(harness.ada, "list order-processing status:paused rows:3")

    after = [await harness.metric(bot, name) for name in names]
    assert [new - old for old, new in zip(before, after, strict=True)] == [3, 1, 2, 1, 3]
    assert await harness.metric(bot, 'workflows_bot_budget_left{account="default"}') > 0


async def test_requests_of_strangers_are_counted_by_outcome(harness: Harness, bot: BotProcess) -> None:
    refused = 'workflows_bot_requests_total{kind="other",outcome="401"}'
    before = await harness.metric(bot, refused)

    await _post(harness, bot, COMMAND, {})

    assert await harness.metric(bot, refused) == before + 1


async def test_the_log_is_json_and_holds_no_faults_of_the_bot_after_all_this(bot: BotProcess) -> None:
    assert [entry for entry in bot.log if entry["level"] in {"error", "critical"}] == []
