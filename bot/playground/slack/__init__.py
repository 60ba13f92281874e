"""A local Slack on loopback, for the tests and the playground.

It speaks the Web API, ``response_url`` and Socket Mode, refuses what Slack refuses, and has people in it who
type and click::

    async with LocalSlack(signing_secret=…, bot_token=…, app_token=…).serve() as slack:
        slack.request_url = "http://127.0.0.1:3000/slack/events"
        ada = slack.person("ada")
        reply = await ada.command("/workflows", "list orders")
        message = await reply.message()
        reply = await ada.click(message, "page_next")
"""

from bot.playground.slack.delivery import Ack, AckError, Delivery, HttpTransport, Transport
from bot.playground.slack.directory import Channel, Group, Team, User
from bot.playground.slack.faults import (
    RESPONSE_URL,
    AnswerLost,
    Dropped,
    Failed,
    Fault,
    Faults,
    Named,
    RateLimited,
    Slow,
)
from bot.playground.slack.local import LocalSlack
from bot.playground.slack.message import Button, Message
from bot.playground.slack.person import Person
from bot.playground.slack.refusals import Censor
from bot.playground.slack.reply import Reply
from bot.playground.slack.response_url import Response
from bot.playground.slack.shapes import Payload, Problem, RefusedError
from bot.playground.slack.signing import Signer, Unsigned, signature
from bot.playground.slack.views import View
from bot.playground.slack.web_api import ApiCall
from bot.playground.slack.workspace import Change, Workspace

__all__ = [
    "RESPONSE_URL",
    "Ack",
    "AckError",
    "AnswerLost",
    "ApiCall",
    "Button",
    "Censor",
    "Change",
    "Channel",
    "Delivery",
    "Dropped",
    "Failed",
    "Fault",
    "Faults",
    "Group",
    "HttpTransport",
    "LocalSlack",
    "Message",
    "Named",
    "Payload",
    "Person",
    "Problem",
    "RateLimited",
    "RefusedError",
    "Reply",
    "Response",
    "Signer",
    "Slow",
    "Team",
    "Transport",
    "Unsigned",
    "User",
    "View",
    "Workspace",
    "signature",
]
