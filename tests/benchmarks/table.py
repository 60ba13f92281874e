"""Outcomes for people and for tools."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from .machine import Machine
from .outcome import Goal, Measured, Outcome

_HEAD: Final = ("subject", "quantity", "median", "min\N{EN DASH}max", "rounds", "to the first")
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_NUMBERS: Final = ("median", "min\N{EN DASH}max", "rounds", "to the first")


def document(machine: Machine, outcomes: Sequence[Outcome]) -> str:
    """Everything as one JSON text."""
    found = {"machine": asdict(machine), "benchmarks": [_json(outcome) for outcome in outcomes]}
    return json.dumps(found, indent=2, ensure_ascii=False)


def _json(outcome: Outcome) -> dict[str, Any]:
    measured = [
        asdict(each)
        | {
            "median": each.median,
            "min": min(each.values),
            "max": max(each.values),
            "rounds": len(each.values),
        }
        for each in outcome.measured
    ]
    goals = [asdict(goal) | {"reached": goal.reached} for goal in outcome.goals]
    return asdict(outcome) | {"measured": measured, "goals": goals}


def machine_text(machine: Machine) -> str:
    """The machine in two lines."""
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    busy = f"{machine.load:.1f} of them busy before" if machine.load >= 0.05 else "idle before"
    return f"{machine.cpu}, {machine.cores} cores, {busy}, {machine.system}\n{versions}"


def table(outcome: Outcome) -> str:
    """One benchmark: what was measured, what it comes to, and what one has to know."""
    rows = [_row(each, outcome.measured) for each in outcome.measured]
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
    lines = [f"{outcome.name}: {outcome.work}", "", _line(_HEAD, widths)]
    lines += ["  ".join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * width for width in widths)]
    lines += [_line(row, widths) for row in rows]
    lines += ["", *map(_goal, outcome.goals)]
    lines += [f"  {note}" for note in outcome.notes]
    return "\n".join(lines)


def _row(each: Measured, all_: Iterable[Measured]) -> tuple[str, ...]:
    first = next(other for other in all_ if (other.quantity, other.unit) == (each.quantity, each.unit))
    ratio = "" if first is each or not first.median else f"{_figure(each.median / first.median)}{_TIMES}"
    span = f"{_figure(min(each.values))}\N{EN DASH}{_figure(max(each.values))}"
    median = f"{_figure(each.median)} {each.unit}"
    return each.subject, each.quantity, median, span, str(len(each.values)), ratio


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (
        cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
        for name, cell, width in zip(_HEAD, cells, widths, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _goal(goal: Goal) -> str:
    unit = _TIMES if goal.is_ratio else ""
    limit = "at least" if goal.at_least else "at most"
    said = "reached" if goal.reached else "NOT REACHED"
    return f"  {said}: {goal.says}: {_figure(goal.figure)}{unit}, {limit} {_figure(goal.limit)}{unit}"


def _figure(value: float) -> str:
    """A number in three digits, as whole as it is."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
