// Buttons and the “…” menu.

import { h, safeAddress } from "../dom.js";
import { plainWords } from "../text/text.js";
import { useElement } from "./interaction.js";
import { leadingTo, menuButton } from "./menu.js";

/** The element `button`. */
export function button(element, context) {
  const href = element.url ? safeAddress(element.url) : null;
  const node = h(
    href ? "a" : "button",
    {
      class: ["button", element.style].filter(Boolean).join(" "),
      "aria-label": element.accessibility_label,
      ...leadingTo(href),
    },
    h("span", { class: "button-words" }, plainWords(element.text)),
  );
  const fields = { text: element.text, ...("value" in element ? { value: element.value } : {}) };
  node.addEventListener("click", () => useElement(element, context, fields, node));
  return node;
}

/** The element `overflow`: a menu behind three dots. */
export function overflow(element, context) {
  const items = element.options.map((option) => ({
    words: plainWords(option.text),
    more: option.description && plainWords(option.description),
    address: option.url,
    choose: (opener) => useElement(element, context, { selected_option: option }, opener),
  }));
  return menuButton(items, { class: "button dots", "aria-label": element.accessibility_label ?? "More actions" });
}
