// Menus: a box to type into with a list beneath it. Serves every kind of select, single and multiple.

import { freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { plainWords } from "../text/text.js";
import { use } from "./acting.js";
import { OptionList } from "./option_list.js";
import { Popup } from "./popup.js";
import { sourceOf } from "./sources.js";

const TYPING_PAUSE = 250;

/** Any of the select elements. */
export function choiceMenu(element, place) {
  return new ChoiceMenu(element, place).node;
}

class ChoiceMenu {
  #asking = 0;
  #timer = 0;

  constructor(element, place) {
    this.element = element;
    this.place = place;
    this.source = sourceOf(element, place);
    this.chosen = this.source.chosen(place.surface.begin(place.blockId, element.action_id, this.source.begin));
    this.placeholder = plainWords(element.placeholder) || (this.source.many ? "Choose some" : "Choose one");
    const listId = freshId("options");
    this.input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "data-control": true,
      "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
      "aria-label": place.labelledBy ? null : this.placeholder, "aria-labelledby": place.labelledBy, "aria-describedby": place.describedBy, "aria-required": place.required,
    });
    this.tokens = h("span", { class: "tokens" });
    this.list = new OptionList(listId, this.source.many, (option) => this.#pick(option));
    this.box = h("div", { class: "choice-box" }, h("span", { class: "choice-words" }, this.tokens, this.input), icon("down"));
    this.node = h("div", { class: this.source.many ? "choice many" : "choice" }, this.box, this.list.node);
    this.popup = new Popup(this.box, this.list.node, () => this.#closed());
    this.#listen();
    this.#show();
  }

  #listen() {
    this.box.addEventListener("click", (event) => {
      if (event.target.closest("button") || this.popup.isOpen) return;
      this.input.focus();
      this.input.select();
      this.#open();
    });
    this.input.addEventListener("input", () => this.#open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    // What is typed replaces what is chosen, instead of adding to its words.
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.#leave());
  }

  #key(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!this.popup.isOpen) this.#open();
      else this.#mark(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter") {
      // In a modal Enter would send the form.
      event.preventDefault();
      if (!this.popup.isOpen) this.#open();
      else this.list.pickMarked();
    } else if (key === "Escape" && this.popup.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.popup.close();
    } else if (key === "Backspace" && this.source.many && this.input.value === "" && this.chosen.length) {
      this.#choose(this.chosen.slice(0, -1));
    }
  }

  #mark(by) {
    this.#point(this.list.mark(by));
  }

  #point(id) {
    if (id) this.input.setAttribute("aria-activedescendant", id);
  }

  // What is typed narrows the list down; opened without typing it shows everything.
  #open(typed = "") {
    this.input.setAttribute("aria-expanded", "true");
    this.popup.open();
    if (!this.source.asks) this.#offer(this.source.groups(typed), typed);
    else if (typed.length < this.source.least) {
      this.#asking += 1;
      this.list.tell(`Type ${this.source.least} characters or more`);
    } else {
      clearTimeout(this.#timer);
      this.list.tell("Asking the bot…");
      this.#timer = setTimeout(() => this.#ask(typed), TYPING_PAUSE);
    }
    if (this.source.asks && this.source.least === 0 && typed === "") this.#ask("");
  }

  async #ask(typed) {
    const asking = (this.#asking += 1);
    try {
      const groups = await this.source.groups(typed);
      // An answer to what was typed before is of no use any more.
      if (asking === this.#asking) this.#offer(groups, typed);
    } catch (error) {
      if (asking === this.#asking) this.list.tell(error.message);
    }
  }

  #offer(groups, typed) {
    this.input.removeAttribute("aria-activedescendant");
    this.list.show(groups, this.chosen);
    if (typed) this.#mark(1);
    else if (!this.source.many) this.#point(this.list.markChosen());
  }

  #pick(option) {
    if (!this.source.many) {
      this.popup.close();
      this.#choose([option]);
      return;
    }
    const without = this.chosen.filter((one) => one.value !== option.value);
    const most = this.element.max_selected_items ?? Infinity;
    if (without.length < this.chosen.length) this.#choose(without);
    else if (this.chosen.length < most) this.#choose([...this.chosen, option]);
    else this.list.tell(`No more than ${most} can be chosen`);
    this.input.value = "";
    this.input.focus();
  }

  async #choose(options) {
    const { element, place, source } = this;
    const before = this.chosen;
    this.#keep(options);
    if (this.popup.isOpen) this.list.choose(options);
    const taken = !place.acts || (await use(element, place, source.state(options), this.node));
    if (!taken) this.#keep(before);
  }

  #keep(options) {
    this.chosen = options;
    const state = { type: this.element.type, ...this.source.state(options) };
    this.place.surface.change(this.place.blockId, this.element.action_id, state);
    this.#show();
  }

  #show() {
    const words = this.chosen.map((option) => plainWords(option.text));
    const empty = words.length === 0;
    this.input.placeholder = empty ? this.placeholder : "";
    if (!this.source.many) {
      this.input.value = words[0] ?? "";
      // The whole of a choice that is too long to be seen.
      this.box.title = words[0] ?? "";
      return;
    }
    this.tokens.replaceChildren(...this.chosen.map((option, at) => {
      const remove = { type: "button", "aria-label": `Remove ${words[at]}`, onclick: () => this.#remove(option) };
      return h("span", { class: "token" }, words[at], h("button", remove, icon("close")));
    }));
  }

  #remove(option) {
    this.#choose(this.chosen.filter((one) => one !== option));
    this.input.focus();
  }

  #leave() {
    const emptied = !this.source.many && this.input.value === "" && this.chosen.length > 0;
    if (emptied && this.place.optional) this.#choose([]);
    this.popup.close();
  }

  #closed() {
    this.#asking += 1;
    clearTimeout(this.#timer);
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.source.many) this.input.value = "";
    else this.#show();
  }
}
