"""The kinds of people who come to a door, and what each of them gets there."""

import json
from dataclasses import dataclass
from enum import Enum, auto

from bot.access.model import Right
from bot.playground.simulators.slack import User
from bot.playground.simulators.slack.directory import ADA, GINA, GRACE, GUS, MALLORY, ONCALL, ROBOT
from tests.support.doors.table import Door, Trait

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

    NO_DOOR = auto()
    """The bot is not there for them."""
    NOTHING = auto()
    ORDERS = auto()
    ALL = auto()


@dataclass(frozen=True)
class Kind:
    """A kind of person.

    Attributes:
        user: who.
        sees: what they may look at.
        rules: `BOT_ACCESS`; None for none.
        channel: where they act.
        oncall: the people of @oncall.
        refusal: what is said at each door that is shut.
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

    def outcome(self, door: Door) -> str:
        """Return what they get at a door."""
        if self.sees is Sees.NO_DOOR or Trait.ANOTHERS in door.traits:
            return "refused"
        if Trait.PERSONAL in door.traits:
            return "shown"
        if self.sees is Sees.NOTHING:
            return self._outcome_with_nothing(door)
        if self.sees is Sees.ORDERS and door.is_hidden:
            return "shown without the name" if Trait.SEARCHED in door.traits else "refused"
        is_shut = (
            (Trait.OF_CHANNEL in door.traits and not self.with_channel)
            or (Trait.PAYLOAD in door.traits and not self.reads_payloads)
            or (Trait.PAYLOAD_SHARE in door.traits and not self.shares_payloads)
        )
        if is_shut:
            return "refused"
        return "shown with payloads" if Trait.BESIDE in door.traits and self.reads_payloads else "shown"

    def _outcome_with_nothing(self, door: Door) -> str:
        if Trait.BLANK in door.traits:
            return "shown without the name"
        return "shown" if Trait.OPEN in door.traits else "refused"


def _shut(user: User, refusal: str, rules: str | None = None, channel: str = GENERAL) -> Kind:
    return Kind(user, Sees.NO_DOOR, rules, channel, refusal=refusal)


KINDS = {
    "full member": Kind(ADA, Sees.ALL, reads_payloads=True),
    "guest": _shut(GUS, NO_GUESTS),
    "guest of one channel": _shut(GINA, NO_GUESTS),
    "stranger": _shut(STRANGER, OTHER_TEAM),
    "other team": _shut(MALLORY, OTHER_TEAM),
    "another app": _shut(ROBOT, NO_PERSON),
    "deactivated": _shut(GONE, NO_PERSON),
    "full member without a rule": Kind(ADA, Sees.NOTHING, RULES),
    "channel rule": Kind(ADA, Sees.ORDERS, RULES, OPS),
    "group rule": Kind(ADA, Sees.ORDERS, RULES, oncall=(ADA,), with_channel=False),
    "full member with payloads": Kind(
        PAM, Sees.ORDERS, RULES, reads_payloads=True, shares_payloads=True, with_channel=False
    ),
    "full member with payloads alone": Kind(PIA, Sees.NOTHING, RULES),
    "full member with everything": Kind(
        ADA, Sees.ALL, EVERYTHING, OPS, reads_payloads=True, shares_payloads=True
    ),
    "guest by channel rule": _shut(GUS, NO_GUESTS, RULES, OPS),
    "guest by group rule": Kind(GUS, Sees.ORDERS, RULES, oncall=(GUS,), with_channel=False),
    "guest with everything for everyone": _shut(GUS, NO_GUESTS, EVERYTHING, OPS),
    "stranger with everything for everyone": _shut(STRANGER, OTHER_TEAM, EVERYTHING, OPS),
}
