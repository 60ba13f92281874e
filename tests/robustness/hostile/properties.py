"""Properties of any input: it is refused with a message, or shown.

Each function takes one piece of input and returns if all is well, else raises.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from bot.browse.bookmark import Bookmark, KeptPlace, ListBookmark, OverviewBookmark
from bot.browse.command.pending_query import TimesRefused
from bot.browse.form import Form
from bot.browse.messages import filter_form
from bot.browse.messages.instances import instances_message
from bot.browse.messages.not_yet import not_yet_message
from bot.browse.messages.overview import overview_message
from bot.browse.model import HelpQuery, ListQuery
from bot.browse.requests import (
    DescribeInstance,
    ListInstances,
    ListWorkflows,
    NotYet,
    OpenFilter,
    OpenList,
    RefreshPage,
    TurnPage,
)
from bot.cloudflare.errors import CloudflareError, InvalidParameter, Unavailable
from bot.cloudflare.http_responses import Response, rate_limit
from bot.cloudflare.models import Instance, PageNumber, Position, Status, Workflow
from bot.cloudflare.requests import instances_request
from bot.cloudflare.responses import read_instance, read_instances, read_workflow, read_workflows
from bot.digests.codec import baseline_from_json, baseline_to_json, digest_of, spec_from_json, spec_to_json
from bot.digests.command.requests import CreateDigest
from bot.digests.form import DigestForm
from bot.digests.messages import form as digest_form
from bot.digests.messages.confirmations import changed_message, created_message
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.report import DigestControls, digest_message
from bot.digests.messages.text import digest_line
from bot.digests.model import Digest, DigestSpec
from bot.find.messages import (
    looking_message,
    no_id_message,
    none_found_message,
    rows_message,
    with_way,
)
from bot.find.model import Candidate, Coverage, Hit, SearchResult, SearchScope, TargetOutcome
from bot.find.requests import FindInstances
from bot.find.targets import read_targets
from bot.home.help import help_message
from bot.inspect.messages.refusals import none_message, other_account_message, which_workflow_message
from bot.language.errors import FormErrors, QueryError
from bot.language.times import Clock
from bot.playground.simulators.slack import PayloadValidator
from bot.slack.interaction import Interaction
from bot.slack.reply import ShowMessage
from bot.slack.requests import ExpiredButton, InvalidButton, Request, RequestStore
from bot.ui.elements import Controls, Message
from bot.ui.form_fields import field_errors
from bot.ui.problems import problem_message
from bot.ui.readings import with_readings
from tests.support.buttons import CODEC, load, save
from tests.support.commands import ACCOUNTS, NOW, escaped, read
from tests.support.digest_messages import group, report
from tests.support.screens import mrkdwn_texts, overview, row_buttons, screen, strip_code
from tests.unit.digests.test_digest_grammar_properties import as_slack_sends_plan

CLOCK = Clock(NOW)
KEEP = timedelta(days=1)
UNKNOWN = Status("brand new")

INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that control terminals or end lines."""

_VALIDATOR = PayloadValidator()
_NO_BUTTONS = Controls(previous=None, next=None, refresh="v")


def command(text: str) -> None:
    """What somebody types behind `/workflows`."""
    try:
        request = read(text)
        query = request.query.resolve(CLOCK) if isinstance(request, ListInstances) else None
    except QueryError as error:
        _told(error)
        return
    if query is not None:
        assert _resolved(escaped(query.command())) == query
        _place(Bookmark(query, query.start))
    elif isinstance(request, ListWorkflows):
        assert _as_if_said(read(escaped(request.query.command()))) == _as_if_said(request)
        _place(OverviewBookmark(request.query))
    elif isinstance(request, NotYet):
        _shown(with_readings(not_yet_message(request, request.workflow), request.readings), ours=True)
    elif isinstance(request, DescribeInstance):
        offer = replace(request, workflow=request.workflow or "orders", readings=())
        _shown(with_readings(which_workflow_message([offer]), request.readings))
        _shown(none_message(offer.workflow or "", request.status, request.account, is_empty=False))
        _shown(other_account_message(request, offer))
    elif isinstance(request, HelpQuery):
        _shown(help_message(request.topic, ACCOUNTS, request.workflow), ours=True)
    elif isinstance(request, CreateDigest):
        plan = request.plan
        if not set("&<>") & set("".join(f"{who.id}{who.name}" for who in plan.mentions)):  # Slack's have none
            again = read(as_slack_sends_plan(plan), zone="UTC")
            assert isinstance(again, CreateDigest)
            assert again.plan == plan
        _plan(plan)


def search(text: str) -> None:
    """Check what somebody types behind `find`, and all that a search for it may come to."""
    try:
        request = read(f"find {text}")
    except QueryError as error:
        _told(error)
        return
    if not isinstance(request, FindInstances):
        return
    assert isinstance(read(escaped(request.command())), FindInstances)
    targets = read_targets(request.text, {"orders": None})
    if not targets.shown:
        _shown(no_id_message())
        return
    candidate = Candidate(None, Workflow(name=request.text[:64] or "orders"))
    unread = (("eu", Unavailable(text[:99])),)
    scope = SearchScope(("prod", "eu"), (candidate, candidate), unread, ("prod",), some_hidden=True)
    _shown(looking_message(targets, 300, scope))
    hits = tuple(Hit(candidate.holds(target.text), Instance(id=target.text)) for target in targets.shown)
    failed: dict[tuple[str | None, str], Exception] = {(None, text[:64]): InvalidParameter(text[:99])}
    for target in targets.shown:
        coverage = Coverage(9, 3, failed, out_of_time=True, listed=2, rows=7, incomplete_rows=1)
        gone = TargetOutcome(target, coverage, gone_from=(request.text[:64],))
        for found in (gone, TargetOutcome(target, coverage, hits)):
            result = SearchResult([found], scope, targets.left_out)
            _shown(none_found_message(result, request, NOW))
            _shown(rows_message(SearchResult([found, found], scope, 1), request, lambda _: "v", NOW))
            plain = ShowMessage(none_found_message(result, request, NOW))
            _shown(with_way(plain, result, request).message)


def _as_if_said(request: Request) -> Request:
    """Return a request without how it was read."""
    return replace(request, readings=())


def _resolved(text: str) -> ListQuery:
    request = read(text)
    assert isinstance(request, ListInstances)
    return request.query.resolve(CLOCK)


def button_value(text: str) -> None:
    """Check the value of a button."""
    try:
        request = CODEC.decode(text)
    except InvalidButton as error:
        _shown(problem_message(error))
        return
    assert CODEC.decode(CODEC.encode(request)) == request
    if isinstance(request, TurnPage | RefreshPage | OpenList) and not isinstance(request.place, KeptPlace):
        _place(request.place)


async def kept_value(text: str, requests: RequestStore) -> None:
    """Check the value of a button that may refer to the database."""
    try:
        request = await load(requests, text)
    except (InvalidButton, ExpiredButton) as error:
        _shown(problem_message(error))
        return
    assert await load(requests, await save(requests, request)) == request


def answer(response: Response, position: Position | None, reads: str) -> None:
    """Check an answer of Cloudflare; `reads` is the kind of request, such as `instances`."""
    rate_limit(response.headers)
    try:
        READS[reads](response, position)
    except CloudflareError as error:
        _told(error)


def _instances(response: Response, position: Position | None) -> None:
    page = read_instances(response, position, NOW)
    shown = screen(page.rows[:20], ListQuery.of("orders", rows=20), messages=page.messages)
    _shown(instances_message(shown, _NO_BUTTONS))


def _workflows(response: Response, _: Position | None) -> None:
    page = read_workflows(response, PageNumber(1), NOW)
    rows = page.rows[:10]
    listed = overview(rows, messages=page.messages)
    _shown(overview_message(listed, _NO_BUTTONS, row_buttons(listed)))


def _workflow(response: Response, _: Position | None) -> None:
    listed = overview([read_workflow(response, NOW)])
    _shown(overview_message(listed, _NO_BUTTONS, row_buttons(listed)))


def _instance(response: Response, _: Position | None) -> None:
    failed = read_instance(response, NOW).error
    news = group(error=failed.name, said=failed.message) if failed else group(error=None, said=None)
    told = digest_message(7, report([news]), DigestControls())
    for message in (told.full, told.plain):
        _shown(message, ours=True)


READS = {"instances": _instances, "workflows": _workflows, "workflow": _workflow, "instance": _instance}


def filter_state(state: Mapping[str, Any], query: ListQuery) -> None:
    """Check the state of the filter form."""
    form = filter_form.filled_in(state, query)
    asked = form.to_query(CLOCK)
    if isinstance(asked, FormErrors):
        _at_fields(field_errors(asked))
        return
    view = filter_form.filter_view(asked, Form.of(asked, CLOCK), ACCOUNTS, metadata_of(asked))
    _VALIDATOR.check_view(view)


def metadata_of(query: ListQuery) -> str:
    """Check that the metadata of a list form survives a round trip."""
    value = CODEC.encode(OpenFilter(query))
    text = Interaction("U1", "C1", "https://hooks.slack.com/x").dump(value)
    read = Interaction.of_payload({"view": {"private_metadata": text}})
    assert (read.response_url, read.channel, read.carried) == ("https://hooks.slack.com/x", "C1", value)
    return text


def digest_state(state: Mapping[str, Any]) -> None:
    """Check the state of a digest form."""
    asked = digest_form.filled_in(state).to_spec()
    if isinstance(asked, FormErrors):
        _at_fields(field_errors(asked))
        return
    _plan(asked)


def kept_digest(row: Mapping[str, Any]) -> None:
    """Check a row of the table of digests."""
    try:
        digest = digest_of(row)  # type: ignore[arg-type]  # a mapping is all that it needs
    except ValueError:
        return
    assert spec_from_json(spec_to_json(digest.plan)) == digest.plan
    if digest.baseline is not None:
        assert baseline_from_json(baseline_to_json(digest.baseline)) == digest.baseline
    if digest.plan.account != "":  # it can't be typed
        _digest(digest, is_typed=False)


def _told(error: Exception) -> None:
    if isinstance(error, QueryError):
        assert all((error.word, error.problem, error.expected))
        leads_to = error.meant if isinstance(error, TimesRefused) else error.proposals
        # Without a choice, what it leads to shows how to say it.
        assert not error.choices or len(error.choices) == len(leads_to)
    _shown(problem_message(error))


def _place(place: ListBookmark | OverviewBookmark) -> None:
    """Check that a position in a list is shown with its command."""
    if isinstance(place, OverviewBookmark):
        shown = overview_message(overview((), place.overview), _NO_BUTTONS, {})
        place.overview.command()
    else:
        shown = instances_message(screen((), place.query), _NO_BUTTONS)
        place.query.command()
        try:
            instances_request(place.query.page(place.query.start))
        except InvalidParameter as error:
            _told(error)
        view = filter_form.filter_view(place.query, Form.of(place.query, CLOCK), ACCOUNTS, "")
        _VALIDATOR.check_view({**view, "private_metadata": "x"})
    _shown(shown)


def _plan(plan: DigestSpec) -> None:
    _digest(Digest(7, "T1", plan, "U1", NOW), is_typed=True)


def _digest(digest: Digest, *, is_typed: bool) -> None:
    """Check one of storing, scheduling and showing a digest, as all of them take long."""
    plan = digest.plan
    text = spec_to_json(plan)
    try:
        upcoming = tuple(plan.schedule.upcoming(NOW, 3))
    except ZoneInfoNotFoundError:
        return
    digest = replace(digest, next_due=upcoming[0])
    match len(text) % 8:
        case 0:
            _shown(created_message(digest), ours=True)
        case 1:
            _shown(changed_message(digest), ours=True)
        case 2:
            _shown(digests_message([digest], [7]), ours=True)
        case 3:
            _shown(digest_details_message(digest, upcoming, (), may_change=True), ours=True)
        case 4:
            assert not INVISIBLE & {unicodedata.category(character) for character in digest_line(digest)}
        case 5:
            assert spec_from_json(text) == plan
        case 6:
            assert not is_typed or DigestForm.of(plan).to_spec() == plan
        case _:
            _form_of(plan)


def _form_of(plan: DigestSpec) -> None:
    try:
        view = digest_form.digest_form(DigestForm.of(plan), 7, ACCOUNTS, "x")
    except ValueError as error:
        assert str(error).startswith("an option's value has ")  # noqa: PT017 - as its documentation says
    else:
        if all(map(str.strip, (plan.status, *plan.workflows, *(mention.id for mention in plan.mentions)))):
            _VALIDATOR.check_view(view)  # forms can't create any other


def _at_fields(errors: Mapping[str, str]) -> None:
    assert errors
    for said in errors.values():
        assert said.strip()
        assert not INVISIBLE & {unicodedata.category(character) for character in said}


def _shown(message: Message, *, ours: bool = False) -> None:
    """Check that Slack accepts a message without active markup; `ours` may mention channels and people."""
    _VALIDATOR.check_message(message.text, message.blocks)
    assert message.text.strip()
    if not ours:
        for text in mrkdwn_texts(message):
            live = strip_code(text)
            assert not set("<>`") & set(live), f"markup is alive: {text!r}"
