// A placeholder for JSON that the page can't draw.

import { h } from "../dom.js";

/** Create a placeholder for a block or element of an unknown type. */
export function unknown(what, json) {
  return h(
    "details",
    { class: "unknown" },
    h("summary", {}, `This page can't draw ${what === "element" ? "an" : "a"} ${what} of type `, h("code", {}, String(json?.type))),
    h("pre", { class: "json", tabindex: 0 }, JSON.stringify(json, null, 2)),
  );
}
