// The history of sent commands, and the draft.

const DRAFT = "playground.draft";

/** Sent commands, which the arrow keys browse. */
export class History {
  #sent = [];
  #at = 0;
  #unsent = "";

  /** Replace the history. */
  fill(texts) {
    this.#sent = [];
    texts.forEach((text) => this.add(text));
  }

  /** Add a command. */
  add(text) {
    if (this.#sent.at(-1) !== text) this.#sent.push(text);
    this.#at = this.#sent.length;
  }

  /** Return the previous (-1) or next (1) command; after the last one comes the draft. Null at either end. */
  step(by, typed) {
    const to = this.#at + by;
    if (to < 0 || to > this.#sent.length) return null;
    if (this.#at === this.#sent.length) this.#unsent = typed;
    this.#at = to;
    return this.#sent[to] ?? this.#unsent;
  }

  /** Return whether a text is the current entry, unchanged. */
  isCurrent(typed) {
    return this.#sent[this.#at] === typed;
  }
}

/** Save the draft, so that it survives a reload. */
export function saveDraft(text) {
  try {
    sessionStorage.setItem(DRAFT, text);
  } catch {
    // Without storage, the draft is lost on reload.
  }
}

/** Return the saved draft. */
export function loadDraft() {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}
