"""A local Slack on loopback, for the tests and the playground.

It provides the Web API, ``response_url`` and Socket Mode, validates as Slack does, and has people who
type and click::

    async with LocalSlack(signing_secret=…, bot_token=…, app_token=…).serve() as slack:
        slack.request_url = "http://127.0.0.1:3000/slack/events"
        ada = slack.person("ada")
        reply = await ada.command("/workflows", "list orders")
        message = await reply.message()
        reply = await ada.click(message, "page_next")
"""

from bot.playground.simulators.slack.delivery import Ack, AckError, Delivery, HttpTransport, Transport
from bot.playground.simulators.slack.directory import Channel, Group, Team, User
from bot.playground.simulators.slack.faults import (
    RESPONSE_URL,
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    Fault,
    FaultQueue,
    Held,
    RateLimited,
    Slow,
)
from bot.playground.simulators.slack.files import UploadedFile
from bot.playground.simulators.slack.local import LocalSlack
from bot.playground.simulators.slack.message import Button, Message
from bot.playground.simulators.slack.payload_validator import PayloadValidator
from bot.playground.simulators.slack.person import Person
from bot.playground.simulators.slack.reply import Reply
from bot.playground.simulators.slack.response_url import Response
from bot.playground.simulators.slack.shapes import Payload, Problem, RefusedError
from bot.playground.simulators.slack.signing import Signer, Unsigned, signature
from bot.playground.simulators.slack.views import View
from bot.playground.simulators.slack.web_api import ApiCall
from bot.playground.simulators.slack.workspace import Change, Workspace

__all__ = [
    "RESPONSE_URL",
    "Ack",
    "AckError",
    "AnswerLost",
    "ApiCall",
    "Button",
    "Change",
    "Channel",
    "Delivery",
    "Dropped",
    "ErrorCode",
    "Failed",
    "Fault",
    "FaultQueue",
    "Group",
    "Held",
    "HttpTransport",
    "LocalSlack",
    "Message",
    "Payload",
    "PayloadValidator",
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
    "UploadedFile",
    "User",
    "View",
    "Workspace",
    "signature",
]
