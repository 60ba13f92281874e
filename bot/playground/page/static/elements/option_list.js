// The list of a menu.

import { freshId, h } from "../dom.js";
import { plainWords } from "../text/text.js";

/** Shows options in groups; the keyboard marks one of them. */
export class OptionList {
  #rows = [];
  #marked = -1;

  constructor(id, isMulti, onPick) {
    this.onPick = onPick;
    this.node = h("div", {
      class: "popup options", id, role: "listbox", popover: "manual", "aria-label": "Options",
      "aria-multiselectable": isMulti ? "true" : null,
    });
    // The text box keeps the focus while the pointer uses the list.
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Show options, and tick the chosen ones. */
  show(groups, chosen) {
    this.#rows = [];
    this.#marked = -1;
    const nodes = groups.map(({ label, options }) => {
      const rows = options.map((option) => this.#row(option));
      if (label === null) return rows;
      const labelId = freshId("group");
      const heading = h("div", { class: "group-label", id: labelId }, label);
      return h("div", { role: "group", "aria-labelledby": labelId }, heading, rows);
    });
    this.node.replaceChildren(...nodes.flat());
    this.choose(chosen);
    if (this.#rows.length === 0) this.showNote("Nothing matches");
  }

  /** Tick the chosen options. */
  choose(chosen) {
    for (const { node, option } of this.#rows) {
      node.setAttribute("aria-selected", chosen.some((one) => one.value === option.value));
    }
  }

  /** Show a note instead of options. */
  showNote(words) {
    this.#rows = [];
    this.#marked = -1;
    this.node.replaceChildren(h("div", { class: "options-note", role: "status" }, words));
  }

  /** Move the mark, and return the id of the marked option. */
  mark(by) {
    if (this.#rows.length === 0) return null;
    const { length } = this.#rows;
    return this.#markAt(this.#marked < 0 && by < 0 ? length - 1 : (this.#marked + by + length) % length);
  }

  /** Mark the chosen option, if any, and return its id. */
  markChosen() {
    const at = this.#rows.findIndex(({ node }) => node.getAttribute("aria-selected") === "true");
    return at < 0 ? null : this.#markAt(at);
  }

  #markAt(at) {
    this.#rows[this.#marked]?.node.classList.remove("marked");
    this.#marked = at;
    const { node } = this.#rows[at];
    node.classList.add("marked");
    node.scrollIntoView({ block: "nearest" });
    return node.id;
  }

  /** Choose the option that is marked. */
  pickMarked() {
    const row = this.#rows[this.#marked];
    if (row) this.onPick(row.option);
  }

  #row(option) {
    const node = h(
      "div",
      { class: "option", role: "option", id: freshId("option"), "aria-selected": "false", onclick: () => this.onPick(option) },
      h("span", { class: "option-words" }, plainWords(option.text)),
      option.description && h("span", { class: "option-more" }, plainWords(option.description)),
    );
    this.#rows.push({ node, option });
    return node;
  }
}
