// A menu behind a button with three dots.

import { freshId, h, safeAddress } from "../dom.js";
import { icon } from "../icons.js";
import { Popup } from "./popup.js";

/**
 * Create a button and its menu. An item has its `words`, what it does, `choose(opener)`, and perhaps `more` words and
 * an `address`. `properties` are those of the button.
 */
export function menuButton(items, properties) {
  const menuId = freshId("menu");
  const opener = h(
    "button",
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": menuId, ...properties },
    icon("more"),
  );
  const leave = () => {
    popup.close();
    opener.focus();
  };
  const rows = items.map((item) => itemNode(item, () => {
    leave();
    item.choose(opener);
  }));
  const menu = h("div", { class: "popup menu", id: menuId, role: "menu", popover: "manual" }, rows);
  const popup = new Popup(opener, menu, () => opener.setAttribute("aria-expanded", "false"));
  const open = (at) => {
    popup.open();
    opener.setAttribute("aria-expanded", "true");
    rows.at(at).focus();
  };
  opener.addEventListener("click", () => (popup.isOpen ? popup.close() : open(0)));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? 0 : -1);
  });
  menu.addEventListener("keydown", (event) => walk(event, rows, leave));
  return h("span", { class: "overflow-box" }, opener, menu);
}

/** Return the properties of a button: one with an address is a link, of which Slack notifies the bot, too. */
export function leadingTo(href) {
  return href ? { href, target: "_blank", rel: "noopener noreferrer" } : { type: "button" };
}

function itemNode({ words, more, address }, choose) {
  const href = address ? safeAddress(address) : null;
  return h(
    href ? "a" : "button",
    { role: "menuitem", tabindex: -1, class: "menu-item", onclick: choose, ...leadingTo(href) },
    words,
    more && h("span", { class: "option-more" }, more),
  );
}

function walk(event, rows, leave) {
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    rows.at(to % rows.length).focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    // Without this, the surrounding modal would close as well.
    event.stopPropagation();
    if (event.key === "Escape") event.preventDefault();
    leave();
  }
}
