// What the page can't draw is shown for what it is.

import { h } from "../dom.js";

/** A placeholder for a block or element of a type that has no drawing here. */
export function unknown(what, json) {
  return h(
    "details",
    { class: "unknown" },
    h("summary", {}, `This page can't draw ${what === "element" ? "an" : "a"} ${what} of type `, h("code", {}, String(json?.type))),
    h("pre", { class: "json", tabindex: 0 }, JSON.stringify(json, null, 2)),
  );
}
