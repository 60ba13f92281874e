// What was typed and sent before, and what has not been sent yet.

const DRAFT = "playground.draft";

/** Commands sent before, to be fetched back with the arrow keys. */
export class History {
  #sent = [];
  #at = 0;
  #unsent = "";

  /** Begin with what this person is known to have sent. */
  fill(texts) {
    this.#sent = [];
    texts.forEach((text) => this.add(text));
  }

  /** One more was sent. */
  add(text) {
    if (this.#sent.at(-1) !== text) this.#sent.push(text);
    this.#at = this.#sent.length;
  }

  /** The one before (-1) or after (1); past the last is what was being typed. Null at either end. */
  step(by, typed) {
    const to = this.#at + by;
    if (to < 0 || to > this.#sent.length) return null;
    if (this.#at === this.#sent.length) this.#unsent = typed;
    this.#at = to;
    return this.#sent[to] ?? this.#unsent;
  }

  /** Whether the box shows something fetched back, unchanged. */
  shows(typed) {
    return this.#sent[this.#at] === typed;
  }
}

/** Keep what is being typed over a reload of the page. */
export function keepDraft(text) {
  try {
    sessionStorage.setItem(DRAFT, text);
  } catch {
    // Without storage a draft lives as long as the page.
  }
}

/** What was being typed before the page was reloaded. */
export function keptDraft() {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}
