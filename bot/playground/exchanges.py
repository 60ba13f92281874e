"""The record of exchanges: it stands between the local Slack and the bot, and listens on both sides."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from bot.cloudflare.client import Call
from bot.playground.exchange import Answer, Exchange, Notice, begun
from bot.playground.simulators.slack import Ack, AckError, ApiCall, Delivery, LocalSlack, Response
from bot.playground.simulators.slack.journal import Journal
from bot.telemetry import current_request_id

_KEPT: Final = 200
_SHOWING: Final = ("chat.", "views.")
"""What the methods begin with that put something before people's eyes."""


class Exchanges:
    """Brings people's acts to the bot and writes down what they lead to.

    Attributes:
        changes: every exchange, each time there is something new in it.
        notices: what people are told by Slack itself.
    """

    def __init__(self, slack: LocalSlack) -> None:
        self.changes: Journal[Exchange] = Journal()
        self.notices: Journal[Notice] = Journal()
        self.changes.keep(_KEPT)
        self.notices.keep(_KEPT)
        self._slack = slack
        self._known: dict[str, Exchange] = {}
        self._calls: dict[str, tuple[Call, ...]] = {}
        slack.responses.listeners.append(self._responded)
        slack.calls.listeners.append(self._api_called)

    def recent(self) -> tuple[Exchange, ...]:
        """Return the last ones, oldest first."""
        return tuple(self._known.values())

    async def deliver(self, delivery: Delivery) -> Ack:
        """Bring one payload to the bot's Request URL; so this is a `Transport` of the local Slack's.

        Raises:
            AckError: none came in time, or not the right one.
        """
        workspace = self._slack.workspace
        exchange = begun(delivery, workspace.next_ts(), workspace.clock())
        self._put(exchange)
        try:
            ack = await self._slack.http(self._slack.request_url).deliver(delivery)
        except AckError as error:
            known = self._known.get(exchange.id, exchange)
            calls = self._calls.get(error.ack.request_id, ()) if error.ack is not None else ()
            self._put(replace(known, ack=error.ack, failed=str(error), calls=calls))
            raise
        known = self._known.get(exchange.id, exchange)
        self._put(replace(known, ack=ack, calls=self._calls.get(ack.request_id, ())))
        return ack

    def called(self, call: Call) -> None:
        """Write down a request to Cloudflare, in the context of the request of Slack's that caused it."""
        reference = current_request_id()
        self._calls[reference] = (*self._calls.get(reference, ()), call)
        _forget_the_oldest(self._calls)
        cause = self._find(lambda known: known.ack is not None and known.ack.request_id == reference)
        if cause is not None:
            self._put(replace(cause, calls=self._calls[reference]))

    def failed(self, error: AckError, person: str, channel: str, what: str) -> None:
        """Tell somebody that what they did came to nothing, as Slackbot would."""
        refused = self._find(lambda known: known.ack is not None and known.ack is error.ack)
        if refused is not None and refused.failed is None:
            self._put(replace(refused, failed=str(error)))
        self.tell(channel, person, f"{what} failed: {error}")

    def tell(self, channel: str, person: str | None, text: str, problems: tuple[str, ...] = ()) -> None:
        """Have Slackbot say something to somebody, or to all who read the channel."""
        self.notices.add(Notice(self._slack.workspace.next_ts(), channel, person, text, problems))

    def _responded(self, response: Response) -> None:
        cause = self._known.get(response.interaction)
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
        self._put(replace(cause, answers=(*cause.answers, answer)))
        if answer.error is not None and cause.channel is not None:
            self._refused(answer, cause.channel, cause.person)

    def _api_called(self, call: ApiCall) -> None:
        """Add a call to the exchange that caused it; one without a cause is an exchange of its own."""
        trigger = call.arguments.get("trigger_id", "")
        cause = self._find(
            lambda known: known.sent is not None and known.sent.payload["trigger_id"] == trigger
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
        self._put(replace(cause, answers=(*cause.answers, answer)))
        if answer.error is not None and call.method.startswith(_SHOWING) and cause.channel is not None:
            self._refused(answer, cause.channel, cause.person)

    def _refused(self, answer: Answer, channel: str, person: str | None) -> None:
        problems = tuple(str(problem) for problem in answer.problems)
        self.tell(
            channel, person, f"Slack refused what the bot sent by {answer.via}: {answer.error}", problems
        )

    def _find(self, matches: Callable[[Exchange], bool]) -> Exchange | None:
        return next((known for known in self._known.values() if matches(known)), None)

    def _put(self, exchange: Exchange) -> None:
        self._known[exchange.id] = exchange
        _forget_the_oldest(self._known)
        self.changes.add(exchange)


def _forget_the_oldest(kept: dict[str, Any]) -> None:
    """Dicts keep the order of their keys, and a change of a value changes nothing in it."""
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]
