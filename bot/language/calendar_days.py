"""Days and moments by the calendar of a place."""

from datetime import date, timedelta

from bot.language.time_pieces import CalendarDate, Period


def last_day_of(date_: CalendarDate, today: date) -> date | None:
    """Return the day that a date names; without a year, the last such day up to today."""
    years = [date_.year] if date_.year is not None else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            day = date(year, date_.month, date_.day)
        except ValueError:
            continue
        if date_.year is not None or day <= today:
            return day
    return None


def bounds(period: Period, today: date) -> tuple[date, date]:
    """Return the first day of a period, and of the one after it."""
    if period.unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * period.back)
        return first, first + timedelta(days=7)
    months = 12 if period.unit == "year" else 1
    begun = today.replace(month=1) if months == 12 else today
    return months_before(begun, months * period.back), months_before(begun, months * (period.back - 1))


def months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
