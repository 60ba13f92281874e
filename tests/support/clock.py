"""The one clock of the tests: it moves only when a test moves it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A date and a monotonic clock that go together.

    A call returns the date, in UTC. The seconds begin at that date's timestamp and follow the date forwards.
    When the date is corrected to an earlier one they stay, as on a real machine.

    Args:
        moment: where it begins; the present second if it is left out.
    """

    def __init__(self, moment: datetime | None = None) -> None:
        self._moment = moment or datetime.now(UTC).replace(microsecond=0)
        self._seconds = self._moment.timestamp()

    def __call__(self) -> datetime:
        return self._moment

    def seconds(self) -> float:
        """Return the monotonic clock's seconds."""
        return self._seconds

    @property
    def moment(self) -> datetime:
        return self._moment

    @moment.setter
    def moment(self, moment: datetime) -> None:
        self._seconds += max(0.0, (moment - self._moment).total_seconds())
        self._moment = moment

    def set(self, text: str) -> datetime:
        """Set the date, in UTC and written as ISO 8601, and return it."""
        self.moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return self.moment

    def advance(self, seconds: float = 0, **span: float) -> None:
        """Let so many seconds pass, or a span given as to `timedelta`."""
        self.moment += timedelta(seconds=seconds, **span)

    def ago(self, seconds: float) -> datetime:
        """Return the date so many seconds ago."""
        return self._moment - timedelta(seconds=seconds)


def far_schedule(hour: int = 9) -> str:
    """Return the words of a schedule that no run of the tests meets: a weekday three days from now."""
    return f"{datetime.now(UTC) + timedelta(days=3):%a} {hour:02}:00".lower()
