"""Pages are packed and opened."""

from datetime import UTC, datetime, timedelta, timezone

from bot.cloudflare.models import ApiMessage, Cursor, Instance, InstancePage, ResultInfo, Status
from bot.cloudflare.packing import Packer

NOW = datetime(2026, 11, 23, 14, 3, 22, 123_456, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))


def page(*rows: Instance) -> InstancePage:
    return InstancePage(rows, Cursor("next"), ResultInfo(cursor="next"), (ApiMessage(message="hello"),), NOW)


def filler() -> InstancePage:
    return page(Instance(id="another"))


def reopened(packed_page: InstancePage) -> InstancePage:
    """Return a page after it was packed, closed and opened again."""
    packer = Packer()
    packed = packer.pack(packed_page)
    for _ in range(100):
        packer.pack(filler())
    opened = packer.open(packed)
    assert opened is not packed_page
    return opened


def test_a_page_is_the_same_after_it_was_packed() -> None:
    rows = (
        Instance(id="a", status=Status("complete"), created_on=NOW, started_on=NOW.astimezone(EAST)),
        Instance(id='"\\ü🔴\u2028', status=Status("brandNew"), trigger_source="api", ended_on=NOW),
        Instance(id="b"),
    )
    was = page(*rows)
    now = reopened(was)
    assert now == was
    assert now.newest == NOW
    assert [row.started_on for row in now.rows] == [row.started_on for row in rows]


def test_an_empty_page_is_the_same_after_it_was_packed() -> None:
    assert reopened(page()) == page()


def test_a_page_used_recently_is_one_object_for_all_readers() -> None:
    packer, one = Packer(), filler()
    packed = packer.pack(one)
    assert packer.pack(one) is packed
    assert packer.open(packed) is one


def test_a_page_in_constant_use_stays_open() -> None:
    packer, one = Packer(), filler()
    packed = packer.pack(one)
    for _ in range(200):
        assert packer.open(packed) is one
        packer.pack(filler())


def test_packed_rows_take_few_bytes() -> None:
    rows = [
        Instance(id=f"order-{number}", status=Status("complete"), created_on=NOW - timedelta(minutes=number))
        for number in range(100)
    ]
    assert len(Packer().pack(page(*rows)).rows) < 1_500
