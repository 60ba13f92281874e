"""The log of exchanges between the local Slack, the bot and Cloudflare."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from bot.cloudflare.client import Call
from bot.playground.exchange import Answer, Exchange, Notice, start_exchange
from bot.playground.simulators.slack import Ack, AckError, ApiCall, Delivery, LocalSlack, Response
from bot.playground.simulators.slack.journal import Journal
from bot.telemetry import current_request_id

_MAX_ENTRIES: Final = 200
_DISPLAY_METHODS: Final = ("chat.", "views.")
"""Prefixes of the methods that display something."""


class ExchangeLog:
    """Delivers interactions to the bot and records their results.

    Attributes:
        changes: every exchange, again after each change.
        notices: messages from Slackbot.
    """

    def __init__(self, slack: LocalSlack) -> None:
        self.changes: Journal[Exchange] = Journal()
        self.notices: Journal[Notice] = Journal()
        self.changes.keep(_MAX_ENTRIES)
        self.notices.keep(_MAX_ENTRIES)
        self._slack = slack
        self._exchanges: dict[str, Exchange] = {}
        self._calls: dict[str, tuple[Call, ...]] = {}
        slack.responses.listeners.append(self._on_response)
        slack.calls.listeners.append(self._on_api_call)

    def recent(self) -> tuple[Exchange, ...]:
        """Return the latest exchanges, oldest first."""
        return tuple(self._exchanges.values())

    async def deliver(self, delivery: Delivery) -> Ack:
        """Deliver one payload to the bot's Request URL, as a `Transport` of the local Slack.

        Raises:
            AckError: the ack is missing, late or invalid.
        """
        workspace = self._slack.workspace
        exchange = start_exchange(delivery, workspace.next_ts(), workspace.clock())
        self._store(exchange)
        try:
            ack = await self._slack.http(self._slack.request_url).deliver(delivery)
        except AckError as error:
            known = self._exchanges.get(exchange.id, exchange)
            calls = self._calls.get(error.ack.request_id, ()) if error.ack is not None else ()
            self._store(replace(known, ack=error.ack, failure=str(error), calls=calls))
            raise
        known = self._exchanges.get(exchange.id, exchange)
        self._store(replace(known, ack=ack, calls=self._calls.get(ack.request_id, ())))
        return ack

    def record_call(self, call: Call) -> None:
        """Record a request to Cloudflare in the exchange whose request id is current."""
        request_id = current_request_id()
        self._calls[request_id] = (*self._calls.get(request_id, ()), call)
        _drop_oldest(self._calls)
        cause = self._find(lambda known: known.ack is not None and known.ack.request_id == request_id)
        if cause is not None:
            self._store(replace(cause, calls=self._calls[request_id]))

    def report_failure(self, error: AckError, person: str, channel: str, what: str) -> None:
        """Notify a person that their interaction failed, as Slackbot does."""
        refused = self._find(lambda known: known.ack is not None and known.ack is error.ack)
        if refused is not None and refused.failure is None:
            self._store(replace(refused, failure=str(error)))
        self.notify(channel, person, f"{what} failed: {error}")

    def notify(self, channel: str, person: str | None, text: str, problems: tuple[str, ...] = ()) -> None:
        """Post a message from Slackbot to one person, or to everyone in the channel."""
        self.notices.add(Notice(self._slack.workspace.next_ts(), channel, person, text, problems))

    def _on_response(self, response: Response) -> None:
        cause = self._exchanges.get(response.interaction)
        if cause is None:
            return
        answer = Answer(
            via="response_url",
            after=response.at - cause.at,
            status=response.status,
            error=None if response.status == HTTPStatus.OK else response.answer,
            problems=response.problems,
            body=response.body,
        )
        self._store(replace(cause, answers=(*cause.answers, answer)))
        if answer.error is not None and cause.channel is not None:
            self._report_refusal(answer, cause.channel, cause.person)

    def _on_api_call(self, call: ApiCall) -> None:
        """Add a call to the exchange that caused it, or else start an exchange for it."""
        trigger = call.arguments.get("trigger_id", "")
        cause = self._find(
            lambda known: known.sent is not None and known.sent.payload.get("trigger_id") == trigger
        )
        if cause is None:
            ts = self._slack.workspace.next_ts()
            user = call.arguments.get("user")
            channel = call.arguments.get("channel")
            cause = Exchange(f"W{ts}", ts, call.at, user, channel, "web_api", call.method)
        answer = Answer(
            via=call.method,
            after=call.at - cause.at,
            status=call.status,
            error=call.error,
            problems=call.problems,
            body=call.arguments.get("view") or call.arguments,
        )
        self._store(replace(cause, answers=(*cause.answers, answer)))
        if (
            answer.error is not None
            and not answer.is_membership_check
            and call.method.startswith(_DISPLAY_METHODS)
            and cause.channel is not None
        ):
            self._report_refusal(answer, cause.channel, cause.person)

    def _report_refusal(self, answer: Answer, channel: str, person: str | None) -> None:
        problems = tuple(str(problem) for problem in answer.problems)
        self.notify(
            channel, person, f"Slack refused what the bot sent by {answer.via}: {answer.error}", problems
        )

    def _find(self, matches: Callable[[Exchange], bool]) -> Exchange | None:
        return next((known for known in self._exchanges.values() if matches(known)), None)

    def _store(self, exchange: Exchange) -> None:
        self._exchanges[exchange.id] = exchange
        _drop_oldest(self._exchanges)
        self.changes.add(exchange)


def _drop_oldest(kept: dict[str, Any]) -> None:
    """Remove the first key if there are too many; updating a value keeps its position."""
    if len(kept) > _MAX_ENTRIES:
        del kept[next(iter(kept))]
