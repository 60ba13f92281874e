// Completion of commands, and the usage hint of the typed one.

import { h } from "../dom.js";

/** The list of commands above the text box. `onPick` receives the chosen command. */
export class Completion {
  #commands = [];
  #offered = [];
  #marked = 0;

  constructor(box, onPick) {
    this.box = box;
    this.onPick = onPick;
    this.list = h("ul", {
      class: "completion", id: "composer-commands", role: "listbox", "aria-label": "Commands", hidden: true,
    });
    this.hint = h("p", { class: "usage", id: "composer-usage" });
    box.setAttribute("aria-controls", this.list.id);
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-describedby", this.hint.id);
  }

  /** Set the available commands. */
  set commands(commands) {
    this.#commands = commands;
  }

  /** Return whether the list is open. */
  get isOpen() {
    return !this.list.hidden;
  }

  /** Show the commands that match a text. */
  offer(text) {
    const typed = text.match(/^\/\S*$/) ? text.toLowerCase() : null;
    this.#offered = typed === null ? [] : this.#commands.filter(({ command }) => command.startsWith(typed));
    this.#marked = 0;
    this.#show();
    // While a command is being typed, the list shows the usage.
    const known = this.#commands.find(({ command }) => text.startsWith(`${command} `));
    this.hint.replaceChildren();
    if (known) this.hint.append(h("code", {}, `${known.command} ${known.usage_hint ?? ""}`));
  }

  /** Close the list. */
  close() {
    this.#offered = [];
    this.#show();
  }

  /** Handle a key while the list is open; return true if it was handled. */
  key(event, text) {
    if (!this.isOpen) return false;
    const { key } = event;
    const chosen = this.#offered[this.#marked];
    if (key === "ArrowDown" || key === "ArrowUp") {
      this.#marked = (this.#marked + (key === "ArrowDown" ? 1 : -1) + this.#offered.length) % this.#offered.length;
      this.#show();
    } else if (key === "Escape") this.close();
    // A complete command needs no completion: Enter sends it.
    else if (!event.shiftKey && (key === "Tab" || (key === "Enter" && chosen.command !== text))) this.onPick(chosen);
    else return false;
    return true;
  }

  #show() {
    this.list.hidden = this.#offered.length === 0;
    this.list.replaceChildren(...this.#offered.map((command, at) => this.#row(command, at === this.#marked, at)));
    if (this.isOpen) this.box.setAttribute("aria-activedescendant", `composer-command-${this.#marked}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  #row(command, marked, at) {
    return h(
      "li",
      {
        role: "option", id: `composer-command-${at}`, class: marked ? "marked" : "", "aria-selected": String(marked),
        onpointerdown: (event) => event.preventDefault(), onclick: () => this.onPick(command),
      },
      h("span", {}, h("code", {}, command.command), " ", h("span", { class: "completion-description" }, command.usage_hint ?? "")),
      h("span", { class: "completion-description" }, command.description ?? ""),
    );
  }
}
