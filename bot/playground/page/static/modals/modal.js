// Modals: a stack of dialogs, one for each open view.

import { drawBlocks } from "../blocks/blocks.js";
import { freshId, h } from "../dom.js";
import { withBusy } from "../elements/interaction.js";
import { Surface } from "../elements/surface.js";
import { CONTROLS, captureFocus, restoreFocus } from "../focus.js";
import { icon } from "../icons.js";
import { plainWords } from "../text/text.js";
import { problemsOf } from "./validation.js";

const HEADINGS = 3;
const INPUTS = ["[data-first]", "[data-control]"];
const BUTTONS = [".modal-body button, .modal-body a[href]", "button[type=submit]"];
const MAX_ANNOUNCEMENT = 200;

/** Shows the open views of the viewer. */
export class Modals {
  #open = new Map();

  /** `sendAction` and `suggest` send interactions to the server; `onClosed` receives a dismissed view. */
  constructor({ sendAction, suggest, onClosed }) {
    this.server = { sendAction, suggest, onClosed };
  }

  /** Show exactly these views, the last on top. */
  show(views, viewer) {
    const ids = new Set(views.map((view) => view.id));
    for (const [id, modal] of this.#open) {
      if (ids.has(id)) continue;
      modal.remove();
      this.#open.delete(id);
    }
    for (const view of views) {
      if (this.#open.has(view.id)) this.#open.get(view.id).update(view, viewer);
      else this.#open.set(view.id, new Modal(view, viewer, this.server));
    }
  }
}

class Modal {
  constructor(view, viewer, server) {
    this.server = server;
    this.id = view.id;
    this.surface = new Surface({
      viewer,
      send: (what) => server.sendAction({ kind: "view_action", view: this.id, ...what }),
      fetchOptions: (what) => server.suggest({ ts: null, view: this.id, ...what }),
    });
    this.title = h("h2", { id: freshId("modal") });
    this.general = h("p", { class: "modal-problem", role: "alert", hidden: true });
    this.body = h("div", { class: "modal-body" });
    // In the dialog, as screen readers can't reach the page around it.
    this.status = h("p", { class: "visually-hidden", role: "status" });
    this.cancelButton = h("button", { type: "button", class: "button", onclick: () => this.#close(this.cancelButton) });
    this.submit = h("button", { type: "submit", class: "button primary" });
    this.closeButton = h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.#close(this.closeButton) },
      icon("close"),
    );
    this.form = h(
      "form",
      { novalidate: true },
      h("div", { class: "modal-header" }, this.title, this.closeButton),
      this.body,
      this.status,
      this.general,
      h("div", { class: "dialog-buttons" }, this.cancelButton, this.submit),
    );
    this.dialog = h("dialog", { class: "modal", "data-view": this.id, "aria-labelledby": this.title.id }, this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.dialog.addEventListener("cancel", (event) => {
      // File pickers and inner dialogs send this event, too.
      if (event.target !== this.dialog) return;
      event.preventDefault();
      this.#close(this.closeButton);
    });
    // In some browsers a second Esc closes a dialog even if the page prevents it.
    this.dialog.addEventListener("close", () => this.dialog.isConnected && this.#close(this.closeButton));
    this.#fill(view, viewer);
    this.opener = document.activeElement;
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.#initialFocus().focus();
  }

  /** Redraw a changed view, but preserve inputs and focus, and tell screen readers. */
  update(view, viewer) {
    if (view === this.view) return;
    const isReading = document.activeElement === this.body;
    const note = isReading ? null : captureFocus(this.body);
    this.#fill(view, viewer);
    if (note && !restoreFocus(this.body, note)) this.#initialFocus().focus();
    // A button that is pressed again and again stays in sight, however long each page is.
    if (note) document.activeElement.scrollIntoView({ block: "nearest" });
    this.status.textContent = `${this.title.textContent}: ${this.body.innerText}`.replaceAll(/\s+/g, " ").slice(0, MAX_ANNOUNCEMENT);
  }

  /** Remove a closed view. */
  remove() {
    const { dialog } = this;
    // Closed before it is removed, so that the browser restores the focus.
    this.server = null;
    dialog.close();
    dialog.remove();
    // Chromium does not restore the focus to another dialog.
    if (document.activeElement === document.body) this.opener.focus();
  }

  #fill(view, viewer) {
    const { payload } = view;
    this.view = view;
    this.surface.viewer = viewer;
    this.title.textContent = plainWords(payload.title);
    this.body.replaceChildren(...drawBlocks(payload.blocks ?? [], this.surface, HEADINGS));
    this.#makeScrollable(!this.body.querySelector(CONTROLS));
    this.cancelButton.textContent = plainWords(payload.close) || "Cancel";
    this.submit.textContent = plainWords(payload.submit) || "Submit";
    this.submit.hidden = !payload.submit && !(payload.blocks ?? []).some((block) => block.type === "input");
    this.general.hidden = true;
  }

  // A long text without controls must be reachable, so that the keyboard can scroll it. One with controls can have the
  // focus all the same: a reader's place is kept while the content changes.
  #makeScrollable(hasNoControls) {
    this.body.tabIndex = hasNoControls ? 0 : -1;
    for (const [name, value] of Object.entries({ role: "group", "aria-labelledby": this.title.id })) {
      if (hasNoControls) this.body.setAttribute(name, value);
      else this.body.removeAttribute(name);
    }
  }

  // A long text is read from its start: its first button may be far below.
  #initialFocus() {
    const find = (selectors) => selectors.map((selector) => this.form.querySelector(selector)).find((found) => found && !found.hidden);
    const isLong = this.body.scrollHeight > this.body.clientHeight;
    return find(INPUTS) ?? (isLong || this.body.tabIndex === 0 ? this.body : (find(BUTTONS) ?? this.closeButton));
  }

  async #submit() {
    if (this.submit.hidden || this.submit.getAttribute("aria-busy") === "true") return;
    const { values } = this.surface;
    const problems = problemsOf(this.view.payload.blocks ?? [], values);
    this.#showProblems(problems);
    if (Object.keys(problems).length) return;
    const answer = await withBusy(this.submit, () => this.server.sendAction({ kind: "submit", view: this.id, values }));
    if (answer?.errors && this.server) this.#showProblems(answer.errors);
  }

  async #close(control) {
    if (!this.server || control.getAttribute("aria-busy") === "true") return;
    const { server } = this;
    const answer = await withBusy(control, () => server.sendAction({ kind: "close", view: this.id }));
    if (answer) server.onClosed(this.view);
    else if (!this.dialog.open && this.dialog.isConnected) this.dialog.showModal();
  }

  #showProblems(problems) {
    const elsewhere = { ...problems };
    for (const block of this.body.querySelectorAll(".input-block")) {
      const words = problems[block.dataset.blockId];
      delete elsewhere[block.dataset.blockId];
      const error = block.querySelector(".input-error");
      error.textContent = words ?? "";
      error.hidden = !words;
      for (const control of block.querySelectorAll("[data-control]")) mark(control, words, error.id);
    }
    const rest = Object.entries(elsewhere);
    this.general.textContent = rest.map(([blockId, words]) => `${blockId}: ${words}`).join(" ");
    this.general.hidden = rest.length === 0;
    this.body.querySelector("[aria-invalid=true]")?.focus();
  }
}

// The error comes before the hint in the description of the control.
function mark(control, wrong, errorId) {
  const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== errorId);
  const ids = wrong ? [errorId, ...described] : described;
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
  if (wrong) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}
