// Menus: a text box with a list, for all select elements.

import { freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { plainWords } from "../text/text.js";
import { useElement } from "./interaction.js";
import { OptionList } from "./option_list.js";
import { Popup } from "./popup.js";
import { sourceOf } from "./sources.js";

const TYPING_PAUSE = 250;

/** Create the menu of a select element. */
export function choiceMenu(element, context) {
  return new ChoiceMenu(element, context).node;
}

class ChoiceMenu {
  #requestNumber = 0;
  #timer = 0;

  constructor(element, context) {
    this.element = element;
    this.context = context;
    this.source = sourceOf(element, context);
    this.chosen = this.source.chosen(context.surface.initialState(context.blockId, element.action_id, this.source.initial));
    this.placeholder = plainWords(element.placeholder) || (this.source.isMulti ? "Choose some" : "Choose one");
    const listId = freshId("options");
    this.input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "data-control": true,
      "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
      "aria-label": context.labelledBy ? null : this.placeholder, "aria-labelledby": context.labelledBy, "aria-describedby": context.describedBy, "aria-required": context.required,
    });
    this.tokens = h("span", { class: "tokens" });
    this.list = new OptionList(listId, this.source.isMulti, (option) => this.#pick(option));
    this.box = h("div", { class: "choice-box" }, h("span", { class: "choice-words" }, this.tokens, this.input), icon("down"));
    this.node = h("div", { class: this.source.isMulti ? "choice many" : "choice" }, this.box, this.list.node);
    this.popup = new Popup(this.box, this.list.node, () => this.#onClose());
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
    // Typing replaces the selected text.
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.#onBlur());
  }

  #key(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!this.popup.isOpen) this.#open();
      else this.#mark(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter") {
      // In a modal, Enter would submit the form.
      event.preventDefault();
      if (!this.popup.isOpen) this.#open();
      else this.list.pickMarked();
    } else if (key === "Escape" && this.popup.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.popup.close();
    } else if (key === "Backspace" && this.source.isMulti && this.input.value === "" && this.chosen.length) {
      this.#choose(this.chosen.slice(0, -1));
    }
  }

  #mark(by) {
    this.#point(this.list.mark(by));
  }

  #point(id) {
    if (id) this.input.setAttribute("aria-activedescendant", id);
  }

  // Open the list with the options that match the typed text, and offer none of an earlier one any more.
  #open(typed = "") {
    this.input.setAttribute("aria-expanded", "true");
    this.popup.open();
    clearTimeout(this.#timer);
    const requestNumber = (this.#requestNumber += 1);
    if (!this.source.isRemote) this.#offer(this.source.groups(typed), typed);
    else if (typed.length < this.source.minLength) this.list.showNote(`Type ${this.source.minLength} characters or more`);
    else {
      this.list.showNote("Loading options…");
      this.#timer = setTimeout(() => this.#fetch(typed, requestNumber), typed ? TYPING_PAUSE : 0);
    }
  }

  async #fetch(typed, requestNumber) {
    try {
      const groups = await this.source.groups(typed);
      if (requestNumber === this.#requestNumber) this.#offer(groups, typed);
    } catch (error) {
      if (requestNumber === this.#requestNumber) this.list.showNote(error.message);
    }
  }

  #offer(groups, typed) {
    this.input.removeAttribute("aria-activedescendant");
    this.list.show(groups, this.chosen);
    if (typed) this.#mark(1);
    else if (!this.source.isMulti) this.#point(this.list.markChosen());
  }

  #pick(option) {
    if (!this.source.isMulti) {
      this.popup.close();
      this.#choose([option]);
      return;
    }
    const without = this.chosen.filter((one) => one.value !== option.value);
    const most = this.element.max_selected_items ?? Infinity;
    if (without.length < this.chosen.length) this.#choose(without);
    else if (this.chosen.length < most) this.#choose([...this.chosen, option]);
    else this.list.showNote(`No more than ${most} can be chosen`);
    this.input.value = "";
    this.input.focus();
  }

  async #choose(options) {
    const { element, context, source } = this;
    const before = this.chosen;
    this.#setChosen(options);
    if (this.popup.isOpen) this.list.choose(options);
    const accepted = !context.dispatches || (await useElement(element, context, source.state(options), this.node));
    if (!accepted) this.#setChosen(before);
  }

  #setChosen(options) {
    this.chosen = options;
    const state = { type: this.element.type, ...this.source.state(options) };
    this.context.surface.change(this.context.blockId, this.element.action_id, state);
    this.#show();
  }

  #show() {
    const words = this.chosen.map((option) => plainWords(option.text));
    const empty = words.length === 0;
    this.input.placeholder = empty ? this.placeholder : "";
    if (!this.source.isMulti) {
      this.input.value = words[0] ?? "";
      // The full text, in case it is cut off.
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

  #onBlur() {
    const emptied = !this.source.isMulti && this.input.value === "" && this.chosen.length > 0;
    if (emptied && this.context.optional) this.#choose([]);
    this.popup.close();
  }

  #onClose() {
    this.#requestNumber += 1;
    clearTimeout(this.#timer);
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.source.isMulti) this.input.value = "";
    else this.#show();
  }
}
