"""Slack's rules for tables and charts.

Sources: ``table-block``, ``data-table-block`` and ``data-visualization-block`` under
https://docs.slack.dev/reference/block-kit/blocks
"""

from bot.playground.simulators.slack import limits
from bot.playground.simulators.slack.elements import BUTTON, element_problems
from bot.playground.simulators.slack.message import ACTION_CELL
from bot.playground.simulators.slack.shapes import (
    CustomRule,
    ListField,
    ObjectField,
    OneOf,
    Payload,
    Problem,
    Problems,
    Rule,
    StringField,
    kind_of,
    problems_of,
)

RAW_CELLS = frozenset({"raw_text", "raw_number"})
CELLS = RAW_CELLS | {"rich_text"}


def _grid(most_rows: int, most_columns: int, cells: frozenset[str]) -> CustomRule:
    def check(block: Payload, at: str) -> Problems:
        rows = block.get("rows")
        if not isinstance(rows, list) or not rows:
            yield Problem(at, "missing required field: rows")
            return
        if len(rows) > most_rows:
            yield Problem(f"{at}/rows", f"no more than {most_rows} items allowed")
        for index, row in enumerate(rows):
            yield from _row_problems(row, f"{at}/rows/{index}", most_columns, cells)

    return CustomRule(check)


def _row_problems(row: object, at: str, most: int, cells: frozenset[str]) -> Problems:
    if not isinstance(row, list) or not 0 < len(row) <= most:
        yield Problem(at, f"must hold between 1 and {most} cells")
        return
    for index, cell in enumerate(row):
        yield from _cell_problems(cell, f"{at}/{index}", cells)


def _cell_problems(cell: object, at: str, kinds: frozenset[str]) -> Problems:
    kind = kind_of(cell)
    if not isinstance(cell, dict) or kind not in kinds:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
    elif kind == ACTION_CELL:
        yield from _action_cell_problems(cell, at)
    elif kind in RAW_CELLS:
        # An empty cell makes Slack refuse the whole message.
        if not isinstance(cell.get("text"), str) or not cell["text"]:
            yield Problem(f"{at}/text", "must be more than 0 characters")
        if kind == "raw_number" and not _is_number(cell.get("value")):
            yield Problem(f"{at}/value", "must be a number")


def _action_cell_problems(cell: Payload, at: str) -> Problems:
    yield from element_problems(cell.get("element"), f"{at}/element", {"button": BUTTON})
    if "fallback" in cell:
        yield from _cell_problems(cell["fallback"], f"{at}/fallback", RAW_CELLS)


def _data_table(block: Payload, at: str) -> Problems:
    listed = block.get("rows")
    rows = [row for row in listed if isinstance(row, list)] if isinstance(listed, list) else []
    if len(rows) < limits.DATA_TABLE_ROWS_MIN_ITEMS:
        yield Problem(f"{at}/rows", f"no fewer than {limits.DATA_TABLE_ROWS_MIN_ITEMS} items allowed")
        return
    if len({len(row) for row in rows}) > 1:
        yield Problem(f"{at}/rows", "must all hold the same number of cells")
    for index, cell in enumerate(rows[0]):
        if kind_of(cell) not in RAW_CELLS:
            yield Problem(f"{at}/rows/0/{index}/type", f"unsupported type in a header: {kind_of(cell)}")
    yield from _whole_number_problems(
        block, at, "page_size", limits.DATA_TABLE_PAGE_SIZE_MIN, limits.DATA_TABLE_PAGE_SIZE_MAX
    )
    yield from _whole_number_problems(block, at, "row_header_column_index", 0, len(rows[0]) - 1)


def _whole_number_problems(block: Payload, at: str, key: str, least: int, most: int) -> Problems:
    value = block.get(key, least)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        yield Problem(f"{at}/{key}", f"must be between {least} and {most}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _segment(segment: Payload, at: str) -> Problems:
    yield from SEGMENT_LABEL.problems(segment, at)
    value = segment.get("value")
    if not isinstance(value, int | float) or value <= 0:
        yield Problem(f"{at}/value", "must be more than 0")


def _point(point: Payload, at: str) -> Problems:
    yield from POINT_LABEL.problems(point, at)
    if not _is_number(point.get("value")):
        yield Problem(f"{at}/value", "must be a number")


def _series(series: Payload, at: str) -> Problems:
    yield from problems_of((SERIES_NAME, SERIES_DATA), series, at)


def _chart(block: Payload, at: str) -> Problems:
    chart = block.get("chart")
    if not isinstance(chart, dict):
        yield Problem(at, "missing required field: chart")
        return
    yield from CHART_TYPE.problems(chart, f"{at}/chart")
    rule = SEGMENTS if chart.get("type") == "pie" else SERIES
    yield from rule.problems(chart, f"{at}/chart")


SEGMENT_LABEL = StringField("label", limits.DATA_VISUALIZATION_SEGMENT_LABEL_MAX_LENGTH, required=True)
POINT_LABEL = StringField("label", limits.DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH, required=True)
SERIES_NAME = StringField("name", limits.DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH, required=True)
SERIES_DATA = ListField("data", limits.DATA_VISUALIZATION_DATA_MAX_ITEMS, _point, required=True)
SEGMENTS = ListField("segments", limits.DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS, _segment, required=True)
SERIES = ListField("series", limits.DATA_VISUALIZATION_SERIES_MAX_ITEMS, _series, required=True)
CHART_TYPE = OneOf("type", ("pie", "bar", "area", "line"))
AXES = ObjectField(
    "axis_config",
    (
        StringField("x_label", limits.DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH),
        StringField("y_label", limits.DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH),
    ),
)

TABLE: tuple[Rule, ...] = (_grid(limits.TABLE_ROWS_MAX_ITEMS, limits.TABLE_COLUMNS_MAX_ITEMS, CELLS),)
DATA_TABLE: tuple[Rule, ...] = (
    StringField("caption", limits.TEXT_MAX_LENGTH, required=True),
    _grid(limits.DATA_TABLE_ROWS_MAX_ITEMS, limits.DATA_TABLE_COLUMNS_MAX_ITEMS, CELLS | {ACTION_CELL}),
    CustomRule(_data_table),
)
DATA_VISUALIZATION: tuple[Rule, ...] = (
    StringField("title", limits.DATA_VISUALIZATION_TITLE_MAX_LENGTH, required=True),
    CustomRule(_chart),
    ObjectField("chart", (AXES,)),
)
