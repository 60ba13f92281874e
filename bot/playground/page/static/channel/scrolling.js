// Where the channel is scrolled to: at the newest message unless the person went up to read.

const NEAR = 48;

/** Watches over one scrolling element and its “New messages” button. */
export class Scrolling {
  #atEnd = true;

  constructor(frame, jump) {
    this.frame = frame;
    this.jump = jump;
    frame.addEventListener("scroll", () => this.#look(), { passive: true });
    // An image that arrives, or a window that shrinks, must not push the newest out of sight.
    frame.addEventListener("load", () => this.#follow(), true);
    new ResizeObserver(() => this.#follow()).observe(frame);
    jump.addEventListener("click", () => {
      this.toEnd();
      frame.focus({ preventScroll: true });
    });
  }

  /** Go to the newest message. */
  toEnd() {
    this.frame.scrollTop = this.frame.scrollHeight;
    this.#atEnd = true;
    this.jump.hidden = true;
  }

  /** Change the list by `change`, which says whether something came at its end, and keep what is read in its place. */
  keep(change) {
    const wasAtEnd = this.#atEnd;
    const before = this.#reading();
    const grown = change();
    if (wasAtEnd && (grown || !before.used)) this.toEnd();
    else {
      const after = before.used ? document.activeElement : this.#entry(before.key);
      if (after && this.frame.contains(after)) this.frame.scrollTop += after.getBoundingClientRect().top - before.top;
      if (grown) this.jump.hidden = false;
      this.#look();
    }
  }

  // The control in use stays under the pointer; without one, the topmost message in sight stays.
  #reading() {
    const active = document.activeElement;
    const frame = this.frame.getBoundingClientRect();
    const box = active?.getBoundingClientRect();
    if (active !== this.frame && this.frame.contains(active) && box.bottom > frame.top && box.top < frame.bottom) {
      return { used: true, top: box.top };
    }
    const entry = [...this.frame.querySelectorAll("[data-key]")].find((node) => node.getBoundingClientRect().bottom > frame.top);
    return { used: false, key: entry?.dataset.key, top: entry?.getBoundingClientRect().top ?? 0 };
  }

  #entry(key) {
    return key && this.frame.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  #look() {
    this.#atEnd = this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < NEAR;
    if (this.#atEnd) this.jump.hidden = true;
  }

  #follow() {
    if (this.#atEnd) this.toEnd();
  }
}
