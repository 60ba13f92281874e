// Draws charts that have axes: bars, lines and areas.

import { svg } from "../dom.js";
import { categoriesOf, chartNumber, colourOf, valueAt } from "./chart_data.js";

const HEIGHT = 220;
const MARGIN = { top: 26, right: 12, bottom: 24 };
const X_LABEL_HEIGHT = 20;
const CHARACTER = 6.6;
const STEPS = 5;

/** Fill an <svg> with the axes and marks of a chart. */
export function drawPlot(drawing, chart, width) {
  const scene = sceneOf(chart, width);
  drawing.setAttribute("viewBox", `0 0 ${width} ${scene.height}`);
  drawing.setAttribute("height", scene.height);
  drawing.append(...axes(chart, scene), ...(chart.type === "bar" ? bars(chart, scene) : paths(chart, scene)));
}

function sceneOf(chart, width) {
  const labels = categoriesOf(chart);
  const values = chart.series.flatMap((series) => series.data.map((point) => point.value));
  // Whole numbers need no fractional ticks.
  const least = values.every(Number.isInteger) ? 1 : 0;
  const ticks = ticksFor(Math.min(0, ...values), Math.max(0, ...values), least);
  const left = Math.max(...ticks.map((tick) => chartNumber(tick).length)) * CHARACTER + 12;
  const height = HEIGHT + (chart.axis_config?.x_label ? X_LABEL_HEIGHT : 0);
  const bottom = HEIGHT - MARGIN.bottom;
  const step = (width - left - MARGIN.right) / Math.max(labels.length, 1);
  const [low, high] = [ticks[0], ticks.at(-1)];
  return {
    labels, ticks, left, width, height, bottom, step,
    x: (index) => left + step * (index + 0.5),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - MARGIN.top),
  };
}

// Return round numbers that enclose all values, at least `least` apart.
function ticksFor(low, high, least) {
  if (low === high) return [0, 1];
  const rough = Math.max((high - low) / STEPS, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function axes(chart, scene) {
  const { labels, ticks, left, width, height, bottom, step, x, y } = scene;
  const longest = Math.max(...labels.map((label) => label.length));
  const every = Math.ceil((longest * CHARACTER + 8) / step);
  const { x_label: xLabel, y_label: yLabel } = chart.axis_config ?? {};
  return [
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "grid", x1: left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, chartNumber(tick)),
    ]),
    // If there is no room for all labels, only every second or third is shown.
    labels.map((label, index) => index % every === 0 &&
      svg("text", { class: "tick", x: within(x(index), label, width), y: bottom + 17, "text-anchor": "middle" }, label)),
    yLabel && svg("text", { class: "axis-label", x: 0, y: 12 }, yLabel),
    xLabel && svg("text", { class: "axis-label", x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, xLabel),
  ].flat(2).filter(Boolean);
}

// The outermost labels move inwards, so that they are not cut off.
function within(x, label, width) {
  const half = (label.length * CHARACTER) / 2;
  return Math.max(half, Math.min(x, width - half));
}

function bars(chart, { labels, step, x, y }) {
  const thick = Math.min((step * 0.76) / chart.series.length, 44);
  const offset = (thick * chart.series.length) / 2;
  return chart.series.flatMap((series, index) => labels.map((label, column) => {
    const value = valueAt(series, label);
    if (value === null) return null;
    const top = y(Math.max(value, 0));
    return svg(
      "rect",
      {
        class: `bar-mark ${colourOf(index)}`, x: x(column) - offset + thick * index, y: top, rx: 2,
        width: Math.max(thick - 2, 1), height: Math.max(y(Math.min(value, 0)) - top, 1),
      },
      tip(series, label, value),
    );
  })).filter(Boolean);
}

function paths(chart, { labels, x, y }) {
  return chart.series.flatMap((series, index) => {
    const points = labels
      .map((label, column) => ({ label, value: valueAt(series, label), at: x(column) }))
      .filter((point) => point.value !== null);
    const line = points.map(({ at, value }, index) => `${index ? "L" : "M"}${at.toFixed(1)} ${y(value).toFixed(1)}`).join("");
    const ground = points.length ? `${line}L${points.at(-1).at} ${y(0)}L${points[0].at} ${y(0)}Z` : "";
    return [
      chart.type === "area" && svg("path", { class: `area-mark ${colourOf(index)}`, d: ground }),
      svg("path", { class: `line-mark ${colourOf(index)}`, d: line }),
      ...points.map(({ label, value, at }) =>
        svg("circle", { class: `point-mark ${colourOf(index)}`, cx: at, cy: y(value), r: 3.2 }, tip(series, label, value))),
    ].filter(Boolean);
  });
}

function tip(series, label, value) {
  return svg("title", {}, `${series.name}, ${label}: ${chartNumber(value)}`);
}
