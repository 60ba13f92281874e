// Icons, drawn as strokes in the colour of the text.

import { svg } from "./dom.js";

const STROKES = {
  channel: "M6.5 2.5 5 13.5M11 2.5 9.5 13.5M3 6h10.5M2.5 10H13",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  direct: "M2.5 3.5h11v8h-6l-3 2.5v-2.5h-2zM5.5 7.5h.01M8 7.5h.01M10.5 7.5h.01",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  down: "M4 6l4 4 4-4",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  file: "M4 1.5h5.5L12.5 4.5v10H4zM9 1.5v3.5h3.5M6 8h4.5M6 11h4.5",
  send: "M2.5 8h10M8.5 3.5 13 8l-4.5 4.5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z",
  moon: "M13 9.8A5.6 5.6 0 0 1 6.2 3a5.6 5.6 0 1 0 6.8 6.8z",
  thread: "M2.5 3.5h11v7h-6l-3 3v-3h-2z",
  warning: "M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6h.01",
  requests: "M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13",
};

/** Create an icon; it is hidden from screen readers. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: STROKES[name] }),
  );
}

/** Create the bot's avatar: steps of a workflow. */
export function botFace() {
  return svg(
    "svg",
    { class: "face bot-face", viewBox: "0 0 36 36", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "face-ground", width: 36, height: 36, rx: 8 }),
    svg("path", { class: "face-line", d: "M11 12h7a4 4 0 0 1 4 4v4a4 4 0 0 0 4 4M14 24h10" }),
    svg("circle", { class: "face-dot", cx: 11, cy: 12, r: 3.6 }),
    svg("circle", { class: "face-dot warm", cx: 11, cy: 24, r: 3.6 }),
    svg("circle", { class: "face-dot", cx: 25.5, cy: 24, r: 3.6 }),
  );
}

/** Create an avatar with the first letter of a name. */
export function letterFace(name, kind = "person") {
  return svg(
    "svg",
    { class: `face ${kind}-face`, viewBox: "0 0 36 36", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "face-ground", width: 36, height: 36, rx: 8 }),
    svg("text", { class: "face-letter", x: 18, y: 24, "text-anchor": "middle" }, (name || "?").slice(0, 1).toUpperCase()),
  );
}
