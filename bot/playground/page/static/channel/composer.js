// The text box for commands and messages.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { Completion } from "./completion.js";
import { titleOf } from "./naming.js";
import { History, loadDraft, saveDraft } from "./sending.js";

const MAX_HEIGHT = 180;
/** The playground itself sends the first command. */
const GREETING = 1;

/** The composer; `send(text)` sends a command or a message, and rejects with an Error whose message people can read. */
export class Composer {
  #history = new History();
  #firstCommand = "/";

  constructor(form, send) {
    this.send = send;
    this.box = h("textarea", { id: "composer-text", rows: 1, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
    this.label = h("label", { class: "visually-hidden", for: "composer-text" });
    this.problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
    this.suggestions = h("div", { class: "suggestions", role: "group", "aria-labelledby": "suggestions-heading" });
    this.guide = h("p", { class: "guide", hidden: true });
    this.completion = new Completion(this.box, ({ command }) => this.#type(`${command} `));
    form.append(
      this.guide,
      this.suggestions,
      h("div", { class: "composer-frame" }, this.completion.list, this.label, this.box,
        h("button", { type: "submit", class: "button primary send" }, icon("send"), "Send"), this.completion.hint),
      this.problem,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.box.addEventListener("input", () => this.#onInput());
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    this.box.addEventListener("blur", () => this.completion.close());
    this.box.value = loadDraft();
    // A narrower box or larger text needs more lines.
    new ResizeObserver(() => this.#fit()).observe(form);
  }

  /** Update the composer for a channel, a person and a workspace. The draft stays. */
  show({ workspace, channel, typedCommands }) {
    this.#firstCommand = workspace.commands[0]?.command ?? "/";
    this.showGuide({ workspace, typedCommands });
    this.label.textContent = `Message ${titleOf(channel, workspace.bot)}`;
    this.box.placeholder = `Type ${this.#firstCommand} …`;
    this.completion.commands = workspace.commands;
    this.#history.fill(typedCommands.map((exchange) => exchange.title));
    const heading = h("h2", { id: "suggestions-heading", class: "suggestions-heading" }, "Try");
    this.suggestions.replaceChildren(heading, ...workspace.suggestions.map(({ label, text }) =>
      h("button", { type: "button", class: "chip", title: text, onclick: ({ detail }) => this.#sendSuggestion(text, detail) }, label)));
    this.#fit();
  }

  /** Say what to try first, until the viewer has sent a command of their own. */
  showGuide({ workspace, typedCommands }) {
    const faults = workspace.faults.length > 0 ? " Then make Cloudflare slow or unavailable: the menu is in the sidebar." : "";
    this.guide.replaceChildren(h("strong", {}, "What to try first: "), `press a button of a workflow above, or a suggestion below.${faults}`);
    this.guide.hidden = typedCommands.length > GREETING;
  }

  /** Focus the text box. */
  focus() {
    this.box.focus();
  }

  #type(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.#onInput();
  }

  #onInput() {
    this.completion.offer(this.box.value);
    this.#showProblem("");
    this.#fit();
    saveDraft(this.box.value);
  }

  #fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, MAX_HEIGHT)}px`;
  }

  #onKey(event) {
    if (event.isComposing) return;
    if (this.completion.key(event, this.box.value)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.#recall(event);
  }

  // Arrow keys move the caret within a draft; on its first and last line they browse the history.
  #recall(event) {
    const { value, selectionStart, selectionEnd } = this.box;
    if (value !== "" && !this.#history.isCurrent(value)) return;
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
    this.#type("");
    if (await this.#dispatch(text)) return;
    // Restore a rejected text, unless there is a new draft.
    if (this.box.value === "") {
      this.box.value = text;
      this.#fit();
      saveDraft(text);
    }
  }

  // A double click sends the command once.
  #sendSuggestion(text, clicks) {
    if (clicks < 2) this.#dispatch(text);
  }

  async #dispatch(text) {
    this.#showProblem("");
    this.#history.add(text);
    try {
      await this.send(text);
      return true;
    } catch (error) {
      this.#showProblem(error.message);
      return false;
    }
  }

  #showProblem(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }
}
