"""Read `/metrics` as Prometheus does."""

from collections.abc import Mapping

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.playground.simulators.slack import LocalSlack

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(slack: LocalSlack) -> Samples:
    """Return every sample, by its name and labels."""
    url = slack.request_url.replace("/slack/events", "/metrics")
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await answer.text()
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        assert family.type != "unknown", family.name
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in samples, "a sample is there once"
            samples[key] = sample.value
    return samples


def sample_value(samples: Samples, name: str, labels: Mapping[str, str]) -> float:
    return samples.get((f"workflows_bot_{name}", frozenset(labels.items())), 0.0)


class MetricChanges:
    """How much each sample changed since this was made."""

    def __init__(self, slack: LocalSlack, before: Samples) -> None:
        self._slack = slack
        self._before = before

    @classmethod
    async def since_now(cls, slack: LocalSlack) -> "MetricChanges":
        return cls(slack, await scrape(slack))

    async def by(self, name: str, **labels: str) -> float:
        now = await scrape(self._slack)
        return sample_value(now, name, labels) - sample_value(self._before, name, labels)
