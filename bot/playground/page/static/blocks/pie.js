// Draws pie charts.

import { svg } from "../dom.js";
import { chartNumber, colourOf } from "./chart_data.js";

const RADIUS = 84;
const PADDING = 8;
const SMALLEST_LABELLED = 0.06;

/** Fill an <svg> with the slices of a chart. */
export function drawPie(drawing, { segments }, width) {
  const size = 2 * (RADIUS + PADDING);
  const total = segments.reduce((sum, segment) => sum + segment.value, 0);
  let start = 0;
  drawing.setAttribute("viewBox", `0 0 ${width} ${size}`);
  drawing.setAttribute("height", size);
  const slices = segments.map(({ label, value }, index) => {
    const share = value / total;
    const slice = sliceOf(start, share, index, `${label}: ${chartNumber(value)} (${Math.round(share * 100)}%)`);
    start += share;
    return slice;
  });
  drawing.append(svg("g", { transform: `translate(${Math.min(RADIUS + PADDING, width / 2)} ${size / 2})` }, slices));
}

function sliceOf(from, share, index, description) {
  const shape = share >= 0.9999
    ? svg("circle", { class: `slice ${colourOf(index)}`, r: RADIUS })
    : svg("path", { class: `slice ${colourOf(index)}`, d: sector(from, share) });
  shape.append(svg("title", {}, description));
  if (share < SMALLEST_LABELLED) return shape;
  const [x, y] = pointAt(from + share / 2, RADIUS * (share > 0.9999 ? 0 : 0.66));
  return [shape, svg("text", { class: "slice-label", x, y: y + 4, "text-anchor": "middle" }, `${Math.round(share * 100)}%`)];
}

function sector(from, share) {
  const start = pointAt(from, RADIUS);
  const end = pointAt(from + share, RADIUS);
  return `M0 0L${start.join(" ")}A${RADIUS} ${RADIUS} 0 ${share > 0.5 ? 1 : 0} 1 ${end.join(" ")}Z`;
}

// Slices start at the top and proceed clockwise.
function pointAt(turn, radius) {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return [Math.cos(angle) * radius, Math.sin(angle) * radius].map((value) => Number(value.toFixed(2)));
}
