"""The people who come to an entry point, and what each of them gets there."""

import json
from dataclasses import dataclass
from enum import Enum, auto

from bot.access.model import Right
from bot.playground.simulators.slack import User
from bot.playground.simulators.slack.directory import ADA, GINA, GRACE, GUS, MALLORY, ONCALL, ROBOT
from tests.support.entry_points.model import EntryPoint, Trait

STRANGER = User("U0SAM0001", "sam", "Sam of another company", known_as_of="T0OTHER01")
GONE = User("U0GONE001", "gone", "Gone last week", is_deleted=True)
PAM = User("U0PAM0001", "pam", "Pam, who may read payloads")
PIA = User("U0PIA0001", "pia", "Pia, who has the right for payloads and no other")
OPS, GENERAL = "C0OPS0001", "C0GENERAL"

RULES = json.dumps(
    [
        {"who": [GRACE.id], "rights": ["view", "subscribe"]},
        {"who": [OPS], "workflows": ["order-*"], "rights": ["view", "subscribe"]},
        {
            "who": [ONCALL.id],
            "accounts": ["default"],
            "workflows": ["order-*"],
            "rights": ["view", "subscribe"],
        },
        {"who": [PAM.id], "workflows": ["order-*"], "rights": ["view", "payloads", "subscribe"]},
        {"who": [PIA.id], "rights": ["payloads"]},
    ]
)
"""Grace sees all. In #ops, or in the group @oncall, one sees what begins with `order-`, and Pam does."""

EVERYTHING = json.dumps([{"who": ["everyone", OPS], "rights": [*Right]}])


NO = "⛔"
OTHER_TEAM = "This bot is installed in another workspace"
NO_GUESTS = "This bot does not answer guests of this workspace"
NO_PERSON = "This bot answers people of this workspace only"


class Sees(Enum):
    """What somebody may look at."""

    NOT_ADMITTED = auto()
    """The bot is not there for them."""
    NOTHING = auto()
    ORDERS = auto()
    ALL = auto()


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes, and what they may do.

    Attributes:
        user: who.
        sees: what they may look at.
        rules: `BOT_ACCESS`; None for none.
        channel: where they act.
        oncall: the people of @oncall.
        refusal: what is said at each entry point that they may not use.
        reads_payloads: they may read params and outputs of what they see.
        shares_payloads: they may show them to everybody.
        with_channel: all who read the channel may look at the same.
    """

    user: User
    sees: Sees
    rules: str | None = None
    channel: str = GENERAL
    oncall: tuple[User, ...] = ()
    refusal: str = NO
    reads_payloads: bool = False
    shares_payloads: bool = False
    with_channel: bool = True

    def outcome(self, entry_point: EntryPoint) -> str:
        """Return what they get at an entry point."""
        if self.sees is Sees.NOT_ADMITTED or Trait.ANOTHERS in entry_point.traits:
            return "refused"
        if Trait.PERSONAL in entry_point.traits:
            return "shown"
        if self.sees is Sees.NOTHING:
            return self._outcome_with_nothing(entry_point)
        if self.sees is Sees.ORDERS and entry_point.is_hidden:
            return "shown without the name" if Trait.SEARCHED in entry_point.traits else "refused"
        is_refused = (
            (Trait.OF_CHANNEL in entry_point.traits and not self.with_channel)
            or (Trait.PAYLOAD in entry_point.traits and not self.reads_payloads)
            or (Trait.PAYLOAD_SHARE in entry_point.traits and not self.shares_payloads)
        )
        if is_refused:
            return "refused"
        return (
            "shown with payloads" if Trait.BESIDE in entry_point.traits and self.reads_payloads else "shown"
        )

    def _outcome_with_nothing(self, entry_point: EntryPoint) -> str:
        if Trait.BLANK in entry_point.traits:
            return "shown without the name"
        return "shown" if Trait.OPEN in entry_point.traits else "refused"


def _not_admitted(user: User, refusal: str, rules: str | None = None, channel: str = GENERAL) -> Visitor:
    return Visitor(user, Sees.NOT_ADMITTED, rules, channel, refusal=refusal)


VISITORS = {
    "full member": Visitor(ADA, Sees.ALL, reads_payloads=True),
    "guest": _not_admitted(GUS, NO_GUESTS),
    "guest of one channel": _not_admitted(GINA, NO_GUESTS),
    "stranger": _not_admitted(STRANGER, OTHER_TEAM),
    "other team": _not_admitted(MALLORY, OTHER_TEAM),
    "another app": _not_admitted(ROBOT, NO_PERSON),
    "deactivated": _not_admitted(GONE, NO_PERSON),
    "full member without a rule": Visitor(ADA, Sees.NOTHING, RULES),
    "channel rule": Visitor(ADA, Sees.ORDERS, RULES, OPS),
    "group rule": Visitor(ADA, Sees.ORDERS, RULES, oncall=(ADA,), with_channel=False),
    "full member with payloads": Visitor(
        PAM, Sees.ORDERS, RULES, reads_payloads=True, shares_payloads=True, with_channel=False
    ),
    "full member with payloads alone": Visitor(PIA, Sees.NOTHING, RULES),
    "full member with everything": Visitor(
        ADA, Sees.ALL, EVERYTHING, OPS, reads_payloads=True, shares_payloads=True
    ),
    "guest by channel rule": _not_admitted(GUS, NO_GUESTS, RULES, OPS),
    "guest by group rule": Visitor(GUS, Sees.ORDERS, RULES, oncall=(GUS,), with_channel=False),
    "guest with everything for everyone": _not_admitted(GUS, NO_GUESTS, EVERYTHING, OPS),
    "stranger with everything for everyone": _not_admitted(STRANGER, OTHER_TEAM, EVERYTHING, OPS),
}
