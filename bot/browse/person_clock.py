"""What a person's words about times are read by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.language.times import Clock
from bot.slack.interaction import Interaction
from bot.slack.users import ZONE_TIMEOUT, UserTimeZones, Zone

_UTC_NOTICE: Final = "Slack sent no time zone, so times are read as UTC."


@dataclass(frozen=True, slots=True)
class PersonClock:
    """Knows the time and each person's zone.

    Attributes:
        zones: people's time zones.
        now: the clock.
    """

    zones: UserTimeZones
    now: Callable[[], datetime]

    async def get(
        self, interaction: Interaction, *, needs_zone: bool = True, within: timedelta = ZONE_TIMEOUT
    ) -> tuple[Clock, tuple[str, ...]]:
        """Return a person's clock, and a notice where their zone is not known.

        Args:
            interaction: theirs.
            needs_zone: whether the zone matters.
            within: how long it is waited for.
        """
        zone = Zone(known=True)
        if needs_zone:
            zone = await self.zones.get(interaction.team, interaction.user, within)
        return Clock(self.now(), zone.info), () if zone.known else (_UTC_NOTICE,)
