// The box to type commands into.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { Completion } from "./completion.js";
import { titleOf } from "./naming.js";
import { History, keepDraft, keptDraft } from "./sending.js";

const TALLEST = 180;

/** The composer; `send(text)` brings a command to the bot and fails with an Error for people. */
export class Composer {
  #history = new History();
  #firstCommand = "/";

  constructor(form, send) {
    this.send = send;
    this.box = h("textarea", { id: "composer-text", rows: 1, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
    this.label = h("label", { class: "visually-hidden", for: "composer-text" });
    this.problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
    this.suggestions = h("div", { class: "suggestions", role: "group", "aria-label": "Suggestions" });
    this.completion = new Completion(this.box, ({ command }) => this.#type(`${command} `));
    form.append(
      this.suggestions,
      h("div", { class: "composer-frame" }, this.completion.list, this.label, this.box,
        h("button", { type: "submit", class: "button primary send" }, icon("send"), "Send"), this.completion.hint),
      this.problem,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.box.addEventListener("input", () => this.#changed());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("blur", () => this.completion.close());
    this.box.value = keptDraft();
    // A narrower box, or larger letters, need more lines for the same text.
    new ResizeObserver(() => this.#fit()).observe(form);
  }

  /** Another channel, another person, or news of the workspace. What is being typed stays. */
  show({ workspace, channel, typedCommands }) {
    this.#firstCommand = workspace.commands[0]?.command ?? "/";
    this.label.textContent = `Message ${titleOf(channel, workspace.bot)}`;
    this.box.placeholder = `Type ${this.#firstCommand} …`;
    this.completion.commands = workspace.commands;
    this.#history.fill(typedCommands.map((exchange) => exchange.title));
    this.suggestions.replaceChildren(...workspace.suggestions.map(({ label, text }) =>
      h("button", { type: "button", class: "chip", title: text, onclick: ({ detail }) => this.#suggested(text, detail) }, label)));
    this.#fit();
  }

  /** Put the keyboard into the box. */
  focus() {
    this.box.focus();
  }

  #type(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.#changed();
  }

  #changed() {
    this.completion.offer(this.box.value);
    this.#say("");
    this.#fit();
    keepDraft(this.box.value);
  }

  #fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.completion.key(event, this.box.value)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.#recall(event);
  }

  // The arrows move within a text that is being written; history begins where they would not move.
  #recall(event) {
    const { value, selectionStart, selectionEnd } = this.box;
    if (value !== "" && !this.#history.shows(value)) return;
    const up = event.key === "ArrowUp";
    const lines = up ? value.slice(0, selectionStart) : value.slice(selectionEnd);
    const text = lines.includes("\n") ? null : this.#history.step(up ? -1 : 1, value);
    if (text === null) return;
    event.preventDefault();
    this.#type(text);
    this.completion.close();
  }

  async #submit() {
    const text = this.box.value.trim();
    if (text === "") return;
    if (!text.startsWith("/")) {
      const [command, help] = [this.#firstCommand, `${this.#firstCommand} help`];
      this.#say(`Nobody reads messages here: only commands are answered. Start with ${command}, for instance ${help}.`);
      return;
    }
    this.#type("");
    if (await this.#dispatch(text)) return;
    // What was not taken comes back, unless something else is being written by now.
    if (this.box.value === "") {
      this.box.value = text;
      this.#fit();
      keepDraft(text);
    }
  }

  // Those who are used to double clicks want one answer all the same.
  #suggested(text, clicks) {
    if (clicks < 2) this.#dispatch(text);
  }

  async #dispatch(text) {
    this.#say("");
    this.#history.add(text);
    try {
      await this.send(text);
      return true;
    } catch (error) {
      this.#say(error.message);
      return false;
    }
  }

  #say(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }
}
