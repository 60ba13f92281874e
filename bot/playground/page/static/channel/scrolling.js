// Scrolling of the channel: it stays at the newest message unless the person scrolls up.

const NEAR = 48;

/** Manages a scrollable element and its “New messages” button. */
export class Scrolling {
  #atEnd = true;

  constructor(frame, jump) {
    this.frame = frame;
    this.jump = jump;
    frame.addEventListener("scroll", () => this.#update(), { passive: true });
    // A loaded image or a smaller window must not hide the newest message.
    frame.addEventListener("load", () => this.#stickToEnd(), true);
    new ResizeObserver(() => this.#stickToEnd()).observe(frame);
    jump.addEventListener("click", () => {
      this.scrollToEnd();
      frame.focus({ preventScroll: true });
    });
  }

  /** Scroll to the newest message. */
  scrollToEnd() {
    this.frame.scrollTop = this.frame.scrollHeight;
    this.#atEnd = true;
    this.jump.hidden = true;
  }

  /** Run `change`, which returns whether entries were added at the end, and preserve the visible position. */
  preserve(change) {
    const wasAtEnd = this.#atEnd;
    const before = this.#anchor();
    const hasGrown = change();
    if (wasAtEnd && (hasGrown || !before.used)) this.scrollToEnd();
    else {
      const after = before.used ? document.activeElement : this.#entry(before.key);
      if (after && this.frame.contains(after)) this.frame.scrollTop += after.getBoundingClientRect().top - before.top;
      if (hasGrown) this.jump.hidden = false;
      this.#update();
    }
  }

  // The focused control keeps its position; without one, the topmost visible message does.
  #anchor() {
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

  #update() {
    this.#atEnd = this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < NEAR;
    if (this.#atEnd) this.jump.hidden = true;
  }

  #stickToEnd() {
    if (this.#atEnd) this.scrollToEnd();
  }
}
