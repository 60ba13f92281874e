"""docs/monitoring.md and docs/alerts.yaml name the metrics that the bot serves."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from promql_parser import AggregateExpr, Expr, MatrixSelector, VectorSelector

from bot.telemetry import Metrics

DOCS = Path(__file__).parents[3] / "docs"
MONITORING = (DOCS / "monitoring.md").read_text(encoding="utf-8")

DURATION = re.compile(r"[1-9][0-9]*[smhd]")
FOREIGN = {"up": {"job", "instance"}}
"""What Prometheus itself knows of each process it reads."""


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((DOCS / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def told() -> dict[str, set[str]]:
    """The labels of each sample's name that a bot may tell."""
    metrics = Metrics()
    names: dict[str, set[str]] = {}
    for collector in vars(metrics).values():
        labels = set(getattr(collector, "_labelnames", ()))  # those of no sample so far, too
        for family in getattr(collector, "describe", list)():
            for name in (family.name, *(f"{family.name}{end}" for end in ENDINGS.get(family.type, ()))):
                names[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    for family in metrics.registry.collect():
        for sample in family.samples:
            names.setdefault(sample.name, set(sample.labels))
    return names


ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


def nodes(expression: str) -> list[Expr]:
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(expression), found.append)
    return found


def selectors(found: list[Expr]) -> Iterator[VectorSelector]:
    for node in found:
        if isinstance(node, VectorSelector):
            yield node
        elif isinstance(node, MatrixSelector):
            yield node.vector_selector


def test_no_two_alerts_have_one_name() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 5


def test_the_page_links_to_the_rules_and_lists_every_alert() -> None:
    assert "](alerts.yaml)" in MONITORING
    assert set(re.findall(r"`(WorkflowsBot\w+)`", MONITORING)) == {rule["alert"] for rule in rules()}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_is_made_of_what_the_bot_tells(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert DURATION.fullmatch(rule.get("for", "1m"))
    assert set(rule["labels"]) == {"severity"}
    known = told() | FOREIGN
    found = nodes(rule["expr"])
    read = list(selectors(found))
    assert read
    there: set[str] = set()
    for selector in read:
        assert selector.name in known, selector.name
        assert {matcher.name for matcher in selector.matchers.matchers} <= known[selector.name], selector
        there |= known[selector.name]
    grouped = {
        label
        for node in found
        if isinstance(node, AggregateExpr) and node.modifier is not None
        for label in node.modifier.labels
    }
    assert grouped <= there
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= grouped


def test_outcomes_of_digests_that_alerts_name_are_counted_from_the_start() -> None:
    counted = {sample.labels["outcome"] for sample in next(iter(Metrics().digests.collect())).samples}
    named = {
        outcome
        for rule in rules()
        for selector in selectors(nodes(rule["expr"]))
        if selector.name == "workflows_bot_digests_total"
        for matcher in selector.matchers.matchers
        for outcome in matcher.value.split("|")
    }
    assert {"missed", "failed"} <= named <= counted


def test_the_page_lists_every_metric_with_its_labels() -> None:
    listed = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `(workflows_bot_\w+)` \|([^|]*)\|", MONITORING, re.MULTILINE)
    }
    ours = {name: labels for name, labels in told().items() if name.startswith("workflows_bot")}
    derived = ("_bucket", "_sum", "_count", "_created")
    counters = {name.removesuffix("_total") for name in ours if name.endswith("_total")}
    assert listed == {
        name: labels for name, labels in ours.items() if not name.endswith(derived) and name not in counters
    }
