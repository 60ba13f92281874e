// Buttons and the “…” menu.

import { freshId, h, safeAddress } from "../dom.js";
import { icon } from "../icons.js";
import { plainWords } from "../text/text.js";
import { useElement } from "./interaction.js";
import { Popup } from "./popup.js";

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
  const menuId = freshId("menu");
  const opener = h(
    "button",
    {
      type: "button", class: "button dots", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": menuId,
      "aria-label": element.accessibility_label ?? "More actions",
    },
    icon("more"),
  );
  const items = element.options.map((option) => menuItem(option, () => {
    popup.close();
    opener.focus();
    useElement(element, context, { selected_option: option }, opener);
  }));
  const menu = h("div", { class: "popup menu", id: menuId, role: "menu", popover: "manual" }, items);
  const popup = new Popup(opener, menu, () => opener.setAttribute("aria-expanded", "false"));
  const open = (at) => {
    popup.open();
    opener.setAttribute("aria-expanded", "true");
    items.at(at).focus();
  };
  opener.addEventListener("click", () => (popup.isOpen ? popup.close() : open(0)));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? 0 : -1);
  });
  menu.addEventListener("keydown", (event) => walk(event, items, () => {
    popup.close();
    opener.focus();
  }));
  return h("span", { class: "overflow-box" }, opener, menu);
}

// A button with a URL is a link; Slack notifies the bot of both.
function leadingTo(href) {
  return href ? { href, target: "_blank", rel: "noopener noreferrer" } : { type: "button" };
}

function menuItem(option, choose) {
  const href = option.url ? safeAddress(option.url) : null;
  return h(
    href ? "a" : "button",
    { role: "menuitem", tabindex: -1, class: "menu-item", onclick: choose, ...leadingTo(href) },
    plainWords(option.text),
    option.description && h("span", { class: "option-more" }, plainWords(option.description)),
  );
}

function walk(event, items, leave) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length).focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    // Without this, the surrounding modal would close as well.
    event.stopPropagation();
    if (event.key === "Escape") event.preventDefault();
    leave();
  }
}
