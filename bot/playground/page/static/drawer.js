// A part of the page that covers the rest where there is no room beside it.

import { h } from "./dom.js";

const covering = new Map();

/** A part of the page. While it covers the rest, a scrim lies between them, and only the part can be used. */
export class Drawer {
  #isOpen = false;

  /** `narrow` is a media query; `behind` are the elements that the part covers; `show(isOpen)` draws its state. */
  constructor(panel, { toggle, narrow, behind, show }) {
    this.toggle = toggle;
    this.narrow = matchMedia(narrow);
    this.behind = behind;
    this.show = show;
    this.scrim = h("div", { class: "scrim", hidden: true, onclick: () => this.#dismiss() });
    panel.before(this.scrim);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.covers && !document.querySelector("dialog[open]")) this.#dismiss();
    });
    // What lay beside the rest does not cover it by itself.
    this.narrow.addEventListener("change", ({ matches }) => this.open(this.#isOpen && !matches));
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** Whether the part covers the rest now. */
  get covers() {
    return this.#isOpen && this.narrow.matches;
  }

  open(isOpen) {
    this.#isOpen = isOpen;
    this.toggle.setAttribute("aria-expanded", isOpen);
    this.show(isOpen);
    this.#update();
  }

  #dismiss() {
    this.open(false);
    this.toggle.focus();
  }

  #update() {
    this.scrim.hidden = !this.covers;
    covering.set(this, this.covers ? this.behind : []);
    const inert = new Set([...covering.values()].flat());
    for (const element of this.behind) element.inert = inert.has(element);
  }
}
