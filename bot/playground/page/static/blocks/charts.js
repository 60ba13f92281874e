// The block data_visualization: a figure with a drawing, a legend, and the same numbers as a table for screen readers.

import { freshId, h, svg } from "../dom.js";
import { categoriesOf, chartNumber, colourOf, valueAt } from "./chart_data.js";
import { drawPie } from "./pie.js";
import { drawPlot } from "./plot.js";

const NARROWEST = 180;

/** The block `data_visualization`. */
export function chartBlock(block) {
  const chart = block.chart ?? {};
  const isPie = chart.type === "pie";
  const table = isPie ? pieTable(chart) : seriesTable(chart);
  const names = isPie
    ? table.slice(1).map(([label, value, share]) => `${label} · ${value} (${share})`)
    : chart.series.map((series) => series.name);
  const titleId = freshId("chart");
  const drawing = svg("svg", { class: `chart ${chart.type}`, role: "img", "aria-labelledby": `${titleId} ${titleId}-says` });
  const draw = (width) => {
    drawing.replaceChildren(
      svg("title", { id: titleId }, block.title),
      svg("desc", { id: `${titleId}-says` }, inWords(chart, table)),
    );
    (isPie ? drawPie : drawPlot)(drawing, chart, Math.max(width, NARROWEST));
  };
  draw(NARROWEST); // with its height from the start, so that the feed scrolls to its end
  const frame = h("div", { class: "chart-frame" }, drawing);
  // Redrawn for each width, as scaled-down labels would be illegible on a narrow page.
  new ResizeObserver(([entry]) => draw(Math.floor(entry.contentRect.width))).observe(frame);
  return h(
    "figure",
    { class: "chart-figure" },
    h("figcaption", {}, block.title),
    h("div", { class: "chart-parts" }, frame, (isPie || names.length > 1) && legend(names)),
    hiddenTable(block.title, table),
  );
}

function legend(names) {
  return h("ul", { class: "legend", "aria-hidden": "true" }, names.map((name, index) =>
    h("li", {}, h("span", { class: `legend-mark ${colourOf(index)}` }), name)));
}

function pieTable({ segments }) {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0);
  return [
    ["Label", "Value", "Share"],
    ...segments.map(({ label, value }) => [label, chartNumber(value), `${Math.round((value / total) * 100)}%`]),
  ];
}

function seriesTable(chart) {
  return [
    [chart.axis_config?.x_label ?? "Label", ...chart.series.map((series) => series.name)],
    ...categoriesOf(chart).map((label) => [
      label,
      ...chart.series.map((series) => {
        const value = valueAt(series, label);
        return value === null ? "none" : chartNumber(value);
      }),
    ]),
  ];
}

function inWords(chart, [, ...rows]) {
  const kind = { pie: "Pie", bar: "Bar", line: "Line", area: "Area" }[chart.type] ?? "A";
  return `${kind} chart. ${rows.map((row) => row.join(" ")).join("; ")}.`;
}

function hiddenTable(title, [head, ...rows]) {
  // In a box of its own: a table keeps the height of its rows and would leave a gap below the message.
  return h("div", { class: "visually-hidden" }, h(
    "table",
    {},
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map(([name, ...values]) =>
      h("tr", {}, h("th", { scope: "row" }, name), values.map((value) => h("td", {}, value))))),
  ));
}
