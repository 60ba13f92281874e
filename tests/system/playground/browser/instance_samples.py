"""Messages and modals about instances, in all the blocks that a bot can show them in."""

from dataclasses import dataclass
from typing import Any

from .samples import Json, button, mrkdwn, plain

STEPS = 24
ON_A_PAGE = 10
ERROR = "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON, and more of a long message"


@dataclass(frozen=True)
class Run:
    """An instance of a workflow."""

    id: str
    ran: str
    seconds: int


RUNS = (Run("ord-59620", "9m 55s", 595), Run("ord-58672", "38s", 38), Run("ord-58718", "2d 9h", 205_200))


def details(run: Run) -> Json:
    return button("Details", "instance_show", value=run.id)


def row(run: Run) -> Json:
    words = mrkdwn(f"*`{run.id}`* failed in *reserve stock*, attempt 5 of 5, after {run.ran}\n{ERROR}")
    return {"type": "section", "text": words, "accessory": details(run)}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def table() -> Json:
    """Return a table with a button in each row; the column of numbers is not in order."""
    rows = [
        [
            cell(run.id),
            {"type": "raw_number", "value": run.seconds, "text": run.ran},
            cell("reserve stock"),
            {"type": "action", "element": details(run), "fallback": cell("Details")},
        ]
        for run in RUNS
    ]
    head = [cell(name) for name in ("Instance", "Ran", "Step", "More")]
    return {"type": "data_table", "caption": "3 errored", "page_size": 2, "rows": [head, *rows]}


def container(title: str, *blocks: Json, **more: Any) -> Json:
    return {"type": "container", "title": plain(title), "child_blocks": list(blocks), **more}


def bars() -> str:
    """Return a timeline as preformatted text, in columns."""
    spans = [("load order", 0, 2, "45ms"), ("price", 2, 4, "120ms"), ("reserve stock", 6, 34, "38s")]
    lines = [
        f"{name:<14}{' ' * start}{'█' * length:<{40 - start}} {took}" for name, start, length, took in spans
    ]
    return "```" + "\n".join(lines) + "```"


def instances(pressed: int = 0) -> list[Json]:
    """Return a message with rows, a table, a folded container and an open one."""
    output = {"type": "section", "text": mrkdwn('```{"order": 59620}```')}
    look = {"type": "actions", "elements": [button("Whole output", "instance_show", value="ord-59620")]}
    return [
        {"type": "header", "text": plain("order-processing · errored")},
        *(row(run) for run in RUNS),
        table(),
        container("Output", output, look, is_collapsible=True, default_collapsed=True),
        container("Error", {"type": "section", "text": mrkdwn(ERROR)}, subtitle=mrkdwn("of *reserve stock*")),
        {"type": "section", "text": mrkdwn(bars())},
        {"type": "context", "elements": [mrkdwn(f"`████████▌░░░░░` 60% · pressed {pressed} times")]},
        {"type": "actions", "elements": [button("Refresh", "page_refresh", value=str(pressed + 1))]},
    ]


def loading(instance: str) -> Json:
    return modal(instance, {"type": "section", "text": plain("Looking it up…")})


def detail(instance: str, page: int) -> Json:
    """Return a page of steps; ``page`` counts from 0."""
    first = page * ON_A_PAGE
    steps = range(first, min(first + ON_A_PAGE, STEPS))
    turns = [
        *([button("◀ Earlier steps", "steps_previous", value=f"{instance} {page - 1}")] if page else []),
        *(
            [button("Later steps ▶", "steps_next", value=f"{instance} {page + 1}")]
            if steps[-1] + 1 < STEPS
            else []
        ),
    ]
    return modal(
        instance,
        {"type": "alert", "level": "error", "text": mrkdwn("Failed in *reserve stock*, attempt 5 of 5.")},
        {"type": "section", "text": mrkdwn(f"```{ERROR}```")},
        {"type": "header", "text": plain(f"Steps {steps[0] + 1}–{steps[-1] + 1} of {STEPS}")},
        # Pages differ in height, so that what is pressed moves.
        *([{"type": "section", "text": plain(ERROR * 4)}] * page),
        *(step(number) for number in steps),
        {"type": "actions", "elements": turns},
        {"type": "actions", "elements": [button("Attempts", "attempts", value="1")]},
    )


def step(number: int) -> Json:
    words = mrkdwn(f"✅ *step {number + 1}* 120ms\n`{'█' * (number % 10 + 1):░<20}`")
    return {
        "type": "section",
        "text": words,
        "accessory": button("Output", "step_output", value=str(number + 1)),
    }


def output(number: str) -> Json:
    lines = "\n".join(f'  "line {line}": "of the output of step {number}",' for line in range(40))
    more = {"type": "actions", "elements": [button("Attempts", "attempts", value=number)]}
    return modal(f"Output of step {number}", {"type": "section", "text": mrkdwn(f"```{lines}```")}, more)


def attempts(number: str) -> Json:
    return modal(f"Attempts of {number}", {"type": "section", "text": plain("1st of 6")})


def modal(title: str, *blocks: Json) -> Json:
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": list(blocks)}
