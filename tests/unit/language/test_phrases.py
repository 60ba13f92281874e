"""What people write in place of filters is read as those, and said where other words stood."""

import pytest

from bot.browse.model import HelpQuery, ListQuery, OverviewQuery
from bot.browse.requests import ListInstances, ListWorkflows, NotYet
from bot.browse.selection import Selection
from bot.cloudflare.models import Status
from bot.language.errors import QueryError
from tests.support.commands import read
from tests.support.list_commands import read_known, read_list

NOT_COMPLETE = "queued,running,paused,errored,terminated,waitingForPause,waiting,rollingBack"
FORGIVEN = [
    ("orders status: errored", "status:errored"),
    ("orders status :errored", "status:errored"),
    ("orders status : errored", "status:errored"),
    ("orders status=errored", "status:errored"),
    ("orders status errored", "status:errored"),
    ("orders -status errored", "status:errored"),
    ("status: errored orders", "status:errored"),
    ("orders rows: 5 page :2", "rows:5 page:2"),
    ("orders rows 5", "rows:5"),
    ("orders page 3", "page:3"),
    ("orders page2", "page:2"),
    ("orders per-page 20", "rows:20"),
    ("orders since 2h", "since:2h"),
    ("orders since: 2h", "since:2h"),
    ("orders since=2h", "since:2h"),
    ("orders since 2 am", 'since:"2 am"'),
    ("orders since:2 hours", 'since:"2 hours"'),
    ("orders since:2026-11-22 09:00", 'since:"2026-11-22 09:00"'),
    ("orders since yesterday 09:00 until 1h", 'since:"yesterday 09:00" until:1h'),
    ("orders until 1h", "until:1h"),
    ("orders account prod", "account:prod"),
    ("orders. errored!", "status:errored"),
    ("orders, errored", "status:errored"),
    ("(orders) *errored*", "status:errored"),
    ("*orders errored*", "status:errored"),
    ("`orders` `status:errored`", "status:errored"),
    ("orders since:2h.", "since:2h"),
    ("orders since:`2h`", "since:2h"),
    ("orders status:*errored*", "status:errored"),
    ("orders status:(errored), rows:`5`", "status:errored rows:5"),
    ("\N{FIRE} orders errored", "status:errored"),
    (":fire: orders errored", "status:errored"),
    ("or\u200bders\ufeff errored", "status:errored"),
    ("- orders | grep errored", "status:errored"),
    ("show me the errored instances of orders please", "status:errored"),
    ("can you show me orders", ""),
    ("please list orders", ""),
    ("get orders", ""),
    ("instances list orders", ""),
    ("orders instances", ""),
    ("wrangler workflows instances list orders --status errored", "status:errored"),
    ("npx wrangler workflows instances list orders --page 2 --per-page 5", "page:2 rows:5"),
    ("orders newest first", ""),
    ("list all orders", ""),
    ("orders where status=errored", "status:errored"),
    ("workflow:orders status:errored", "status:errored"),
    ("orders view table", "view:table"),
    ("orders view: table rows: 50", "view:table rows:50"),
    ("orders --view=Table", "view:table"),
    ("orders rows:100 view:table", "view:table"),
    ("orders view:rows", ""),
]
"""A command, and the filters beside `orders` that it means; nothing has to be said about it."""

SAID = [
    ("orders yesterday", 'since:yesterday until:"end of yesterday"'),
    ("orders 24h", "since:24h"),
    ("orders monday", 'since:monday until:"end of monday"'),
    ("orders 2026-11-22", 'since:2026-11-22 until:"end of 2026-11-22"'),
    ("orders last hour", 'since:"last hour"'),
    ("orders last 2 hours", 'since:"last 2 hours"'),
    ("orders past hour", 'since:"past hour"'),
    ("orders in the last 2 hours", 'since:"last 2 hours"'),
    ("orders from yesterday", "since:yesterday"),
    ("orders between 2am and 4am", "since:2am until:4am"),
    ("orders from 2am to 4am", "since:2am until:4am"),
    ("orders from:24h", "since:24h"),
    ("orders from:3h to:1h", "since:3h until:1h"),
    ("orders after 2h", "since:2h"),
    ("orders limit 5", "rows:5"),
    ("orders limit:5", "rows:5"),
    ("orders --limit 5", "rows:5"),
    ("orders top 5", "rows:5"),
    ("orders last 5", "rows:5"),
    ("orders created since yesterday", "created:yesterday"),
    ("orders created yesterday", 'created:yesterday created_until:"end of yesterday"'),
    ("orders created in the last 2 hours", 'created:"last 2 hours"'),
    ("orders created between 2am and 4am", "created:2am created_until:4am"),
    ("orders created before 1h", "created_until:1h"),
    ("orders older than 2d", "created_until:2d"),
    ("orders newer than 1h", "created:1h"),
    ("orders 5 rows", "rows:5"),
    ("orders latest", "rows:1"),
    ("orders table", "view:table"),
    ("orders as a table", "view:table"),
    ("orders in a table", "view:table"),
    ("orders as table", "view:table"),
    ("orders --table", "view:table"),
    ("orders layout:table", "view:table"),
    ("orders top 50 as a table", "rows:50 view:table"),
    ("orders state:failed", "status:errored"),
    ("orders in progress", "status:running"),
    ("failed orders", "status:errored"),
    ("what failed in orders", "status:errored"),
    ("orders where status is errored", "status:errored"),
    ("orders on monday", 'since:monday until:"end of monday"'),
    ("orders yesterday between 2pm and 4pm", 'since:"yesterday 2pm" until:"yesterday 4pm"'),
]
"""A command, and the filters that it is read as and said to be."""


@pytest.mark.parametrize(("text", "filters"), FORGIVEN)
def test_how_words_are_put_is_forgiven_without_a_word(text: str, filters: str) -> None:
    request = read(text)
    assert isinstance(request, ListInstances)
    assert request.readings == ()
    assert _without_words(text) == _without_words(f"orders {filters}")


@pytest.mark.parametrize(("text", "filters"), SAID)
def test_other_words_for_a_filter_are_taken_and_said(text: str, filters: str) -> None:
    request = read(text)
    assert isinstance(request, ListInstances)
    assert " ".join(reading.meant for reading in request.readings) == filters
    assert _without_words(text) == _without_words(f"orders {filters}")


def _without_words(text: str) -> object:
    """Return what a list asks for, but for the words in which its times were put."""
    query = read_list(text)
    chosen = query.selection
    moments = (chosen.since, chosen.until, chosen.created_since, chosen.created_until)
    times = [moment and moment.at for moment in moments]
    return query.workflow, query.status, query.rows, query.view, query.start, query.account, times


@pytest.mark.parametrize(
    ("text", "workflow"),
    [
        ("order processing errored", "order-processing"),
        ("errored order processing", "order-processing"),
        ("please show Order Processing, errored", "order-processing"),
        ('"order-processing errored"', "order-processing"),
        ("list errored orders", "order-processing"),
    ],
)
def test_a_name_may_stand_anywhere_in_words_of_its_own(text: str, workflow: str) -> None:
    request = read_known(text, "order-processing", "image-pipeline")
    assert isinstance(request, ListInstances)
    assert request.query.query == ListQuery.of(workflow, status=Status("errored"))


@pytest.mark.parametrize(
    ("text", "proposals"),
    [
        ("image-pipelne status:errord", ["image-pipeline status:errored"]),
        ("image-pipeline status:errord,paused", ["image-pipeline status:errored,paused"]),
        ("image-pipeline status:wurst,paused", ["image-pipeline status:paused"]),
        ("image-pipeline xyzzy", ["image-pipeline"]),
        ("image-pipeline xyzzy plugh", ["image-pipeline"]),
        ("image-pipeline error:timeout paused", ["image-pipeline paused"]),
        ("image-pipeline not complete", [f"image-pipeline status:{NOT_COMPLETE}", "image-pipeline"]),
        ("image-pipeline !complete", [f"image-pipeline status:{NOT_COMPLETE}", "image-pipeline"]),
        ("image-pipeline status!=complete", [f"image-pipeline status:{NOT_COMPLETE}", "image-pipeline"]),
        ("image-pipeline oldest first", ["image-pipeline"]),
        ("image-pipeline rows:50", ["image-pipeline rows:20", "image-pipeline rows:50 view:table"]),
        ("image-pipeline rows:500", ["image-pipeline rows:20"]),
        ("image-pipeline rows:500 view:table", ["image-pipeline rows:100 view:table"]),
        ("image-pipeline view:tabel", ["image-pipeline view:table"]),
        ("image-pipeline view:cards", ["image-pipeline"]),
        ("kubectl get pods", ['list * error:"kubectl get pods"', "list"]),
        ("docker ps", ['list * error:"docker ps"', "list"]),
        ("docker rows:50", ["help filters"]),
        ("pipelines-of-image xyzzy", ['list * error:"pipelines-of-image xyzzy"', "list"]),
        ("digest create weekdays 9am berlin-time", ["help digest"]),
        ("digest create weekdays at 9 berlin-time", ["help digest"]),
        ("digest create daily 9am image-pipeline", ["digest create daily 9am workflow image-pipeline"]),
        ("digest create daily 9am image-pipelne", ["digest create daily 9am workflow image-pipeline"]),
        ("digest create daily 9 image-pipelne", ["digest create daily 09:00 workflow image-pipeline"]),
        ("digest create daily 9am image pipeline", ["help digest"]),
        ("digest edit 7 daily 10am xyzzy", ["help digest"]),
        ("digest edit 7 daily 10am image-pipelne", ["digest edit 7 daily 10am workflow image-pipeline"]),
        ("image-pipeline since forever", ["image-pipeline"]),
        ("image-pipeline page last", ["image-pipeline last"]),
    ],
)
def test_what_is_refused_proposes_what_may_be_meant_or_what_is_left(text: str, proposals: list[str]) -> None:
    with pytest.raises(QueryError) as refused:
        read_known(text, "order-processing", "order-archive", "image-pipeline")
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        f"/workflows {text}" for text in proposals
    ]


@pytest.mark.parametrize(
    "text", ["kubectl get pods", "fehlt seit gestern", "list docker ps -a", "qed errored xyzzy"]
)
def test_words_behind_what_no_workflow_is_called_are_not_held_against_it(text: str) -> None:
    with pytest.raises(QueryError, match="is not the name of a workflow") as refused:
        read_known(text, "order-processing", "image-pipeline")
    assert refused.value.word in ("kubectl", "fehlt", "docker", "qed")


@pytest.mark.parametrize("text", ["next", "more", "refresh"])
def test_what_the_buttons_do_is_explained(text: str) -> None:
    assert read(text) == HelpQuery("list")


@pytest.mark.parametrize(
    "text", ["hi", "what can you do", "commands", "help me", "help me understand orders", "help orders broke"]
)
def test_who_does_not_know_the_bot_is_helped(text: str) -> None:
    assert read(text) == HelpQuery()


@pytest.mark.parametrize(
    "text", ["all", "list", "ls", "list all", "*", "overview", "show me", "wrangler workflows list", "."]
)
def test_everything_is_the_overview(text: str) -> None:
    assert read(text) == ListWorkflows(OverviewQuery())


@pytest.mark.parametrize(
    "text", ["list errored", "all errored", "* errored", "everything errored", "status:errored"]
)
def test_a_bare_status_is_asked_of_every_workflow(text: str) -> None:
    request = read(text)
    assert isinstance(request, ListInstances)
    assert request.query.query == ListQuery(Selection(statuses=(Status("errored"),)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("restart orders ord-59603", NotYet("restart", "orders", "ord-59603")),
        ("retry ord-59603", NotYet("restart", None, "ord-59603")),
        ("trigger orders '{}'", NotYet("trigger", "orders")),
        (
            "npx wrangler workflows instances terminate orders ord-59603",
            NotYet("terminate", "orders", "ord-59603"),
        ),
    ],
)
def test_what_is_not_there_yet_is_known_by_its_verb(text: str, meant: NotYet) -> None:
    assert read(text) == meant


@pytest.mark.parametrize("text", ["search:flow-17", "search:ord-59603", "name:flow-17"])
def test_a_search_for_what_looks_like_an_id_is_a_search(text: str) -> None:
    assert isinstance(read(text), ListWorkflows)


def test_an_address_of_the_dashboard_is_read() -> None:
    request = read(
        "https://dash.cloudflare.com/0123456789abcdef0123456789abcdef/workers/workflows/orders errored"
    )
    assert isinstance(request, ListInstances)
    assert request.query.query == ListQuery.of("orders", status=Status("errored"))
    assert [reading.meant for reading in request.readings] == ["orders"]
