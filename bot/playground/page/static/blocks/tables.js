// The blocks table and data_table.

import { freshId, h } from "../dom.js";
import { drawElement } from "../elements/elements.js";
import { richText, richTextWords } from "../text/rich_text.js";

const DEFAULT_PAGE_SIZE = 5;
const LONG = 24;

/** Create a table of cells; the first row is the header. */
function plainTable([head = [], ...rows], aligned) {
  const cell = (tag, content, column) => {
    const node = h(tag, tag === "th" ? { scope: "col" } : {}, content);
    if (aligned[column]) node.style.textAlign = aligned[column];
    return markLong(node);
  };
  return h(
    "div",
    { class: "data-table" },
    scrollFrame(
      "Table",
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, head.map((content, column) => cell("th", content, column)))),
        h("tbody", {}, rows.map((row) => h("tr", {}, row.map((content, column) => cell("td", content, column))))),
      ),
    ),
  );
}

/** The block `table`. */
export function tableBlock(block, { viewer }) {
  const settings = block.column_settings ?? [];
  return plainTable(
    (block.rows ?? []).map((row) => row.map((cell) => cellNode(cell, viewer))),
    settings.map((setting) => setting?.align),
  );
}

/** The block `data_table`, with paging and sorting in the browser. A cell may hold a button. */
export function dataTable(block, context) {
  const { viewer } = context;
  const [head = [], ...rows] = block.rows ?? [];
  const size = block.page_size ?? DEFAULT_PAGE_SIZE;
  const rowHeader = block.row_header_column_index ?? 0;
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => row[column]?.type === "raw_number"));
  const body = h("tbody");
  const position = h("span", { class: "table-place", role: "status" });
  const sortable = head.map((_, column) => rows.some((row) => row[column]?.type !== "action"));
  const headings = head.map((cell, column) => (sortable[column]
    ? h("th", { scope: "col", class: numeric[column] && "number", "aria-sort": "none" },
      h("button", { type: "button", class: "sort", onclick: () => sortBy(column) },
        cellNode(cell, viewer), h("span", { class: "sort-mark", "aria-hidden": "true" })))
    : h("th", { scope: "col", class: "action-cell" }, cellNode(cell, viewer))));
  const drawn = new Map();
  const previous = h("button", { type: "button", class: "small-button", onclick: () => changePage(-1) }, "Previous");
  const next = h("button", { type: "button", class: "small-button", onclick: () => changePage(1) }, "Next");
  let page = 0;
  let sorted = { column: -1, upwards: true };

  function sortBy(column) {
    sorted = { column, upwards: sorted.column === column ? !sorted.upwards : true };
    page = 0;
    show();
  }

  function changePage(by) {
    const last = Math.ceil(rows.length / size) - 1;
    page = Math.min(Math.max(page + by, 0), last);
    show();
  }

  function show() {
    const shown = sortRows(rows, sorted).slice(page * size, (page + 1) * size);
    body.replaceChildren(...shown.map(rowNode));
    position.textContent = `${page * size + 1}–${Math.min((page + 1) * size, rows.length)} of ${rows.length}`;
    // Not `disabled`: that would remove the focus at the last page.
    previous.setAttribute("aria-disabled", page === 0);
    next.setAttribute("aria-disabled", (page + 1) * size >= rows.length);
    headings.forEach((heading, column) => {
      const direction = sorted.upwards ? "ascending" : "descending";
      if (sortable[column]) heading.setAttribute("aria-sort", column === sorted.column ? direction : "none");
    });
  }

  // Each row is drawn once, so that its buttons stay what they are on every page and in every order.
  function rowNode(row) {
    if (!drawn.has(row)) {
      const headerId = freshId("row");
      drawn.set(row, h("tr", {}, row.map((cell, column) => {
        if (cell?.type === "action") return h("td", { class: "action-cell" }, actionNode(cell, context, headerId));
        const isHeader = column === rowHeader;
        const marks = { class: numeric[column] && "number", ...(isHeader ? { scope: "row", id: headerId } : {}) };
        return markLong(h(isHeader ? "th" : "td", marks, cellNode(cell, viewer)));
      })));
    }
    return drawn.get(row);
  }

  show();
  return h(
    "div",
    { class: "data-table" },
    scrollFrame(block.caption, h("table", {}, captionNode(block.caption), h("thead", {}, h("tr", {}, headings)), body)),
    rows.length > size &&
      h("div", { class: "table-pages", role: "group", "aria-label": `Pages of ${block.caption}` }, previous, position, next),
  );
}

// A scrollable table must be focusable, and then it needs a name. It is a group, not a region:
// many tables would clutter the landmarks of the page.
function scrollFrame(name, table) {
  const frame = h("div", { class: "table-frame", role: "group", "aria-label": name, tabindex: 0 }, table);
  const mark = () => frame.toggleAttribute("data-more", frame.scrollLeft + frame.clientWidth < frame.scrollWidth - 1);
  frame.addEventListener("scroll", mark, { passive: true });
  new ResizeObserver(mark).observe(frame);
  // Screen readers read all columns, wherever they are.
  const more = table.caption && h("p", { class: "table-more", "aria-hidden": "true" }, "More columns →");
  return [frame, more];
}

// The caption stays visible while the columns scroll.
function captionNode(words) {
  return h("caption", {}, h("span", { class: "caption" }, words));
}

// A long cell may break lines anywhere, so it needs a minimum width.
function markLong(cell) {
  if (cell.textContent.length > LONG) cell.classList.add("long");
  return cell;
}

function cellNode(cell, viewer) {
  if (cell?.type === "rich_text") return richText(cell, viewer);
  return cell?.text ?? String(cell?.value ?? "");
}

// All rows may have the same button: the row's header says which is which.
function actionNode(cell, context, headerId) {
  const node = drawElement(cell.element, context);
  node.firstChild.setAttribute("aria-describedby", headerId);
  return node;
}

function sortRows(rows, { column, upwards }) {
  if (column < 0) return rows;
  const sorted = rows.toSorted((one, other) => compare(rank(one[column]), rank(other[column])));
  return upwards ? sorted : sorted.reverse();
}

function rank(cell) {
  if (cell?.type === "action") return rank(cell.fallback);
  if (cell?.type === "raw_number") return cell.value;
  return cell?.type === "rich_text" ? richTextWords(cell) : (cell?.text ?? "");
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}
