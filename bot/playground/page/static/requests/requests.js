// The panel of requests: the latest exchanges, newest first.

import { h } from "../dom.js";
import { Drawer } from "../drawer.js";
import { captureFocus, restoreFocus } from "../focus.js";
import { ackState, exchangeNode } from "./exchange.js";

const SHOWN = 50;
const TICK = 100;
const NARROW = "(max-width: 75em)";

/** The panel and the button that opens it. */
export class Requests {
  #drawn = new Map();
  #since = new Map();
  #timer = 0;

  /** `behind` are the elements that the panel covers on a narrow page. */
  constructor(store, { panel, list, toggle, close, behind }) {
    this.store = store;
    this.list = list;
    const drawer = new Drawer(panel, {
      toggle, narrow: NARROW, behind, show: (isOpen) => { panel.hidden = !isOpen; },
    });
    toggle.addEventListener("click", () => {
      drawer.open(!drawer.isOpen);
      if (drawer.covers) close.focus();
    });
    close.addEventListener("click", () => {
      drawer.open(false);
      toggle.focus();
    });
    drawer.open(!matchMedia(NARROW).matches);
  }

  /** Redraw everything, for another viewer's time zone. */
  restart() {
    this.#drawn.clear();
    this.refresh();
  }

  /** Add new exchanges and replace changed ones. */
  refresh() {
    const shown = [...this.store.exchanges.values()].slice(-SHOWN).reverse();
    const nodes = shown.map((exchange) => this.#node(exchange));
    for (const [id, { node }] of this.#drawn) if (!nodes.includes(node)) this.#drawn.delete(id);
    for (const node of [...this.list.children]) if (!nodes.includes(node)) node.remove();
    nodes.forEach((node, at) => {
      if (this.list.children[at] !== node) this.list.insertBefore(node, this.list.children[at] ?? null);
    });
    if (nodes.length === 0) this.list.append(h("p", { class: "faint" }, "No requests yet. Use the channel to see them here."));
    this.#watch(shown.filter((exchange) => ackState(exchange) === "waiting"));
  }

  #node(exchange) {
    const old = this.#drawn.get(exchange.id);
    if (old?.exchange === exchange) return old.node;
    const node = exchangeNode(exchange, this.store.viewer);
    this.#drawn.set(exchange.id, { node, exchange });
    if (old) {
      node.open = old.node.open;
      const note = captureFocus(old.node);
      old.node.replaceWith(node);
      restoreFocus(node, note);
    }
    return node;
  }

  // Count the seconds until the bot acknowledges.
  #watch(waiting) {
    const ids = new Set(waiting.map((exchange) => exchange.id));
    for (const id of this.#since.keys()) if (!ids.has(id)) this.#since.delete(id);
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, performance.now());
    clearInterval(this.#timer);
    if (ids.size) this.#timer = setInterval(() => this.#count(), TICK);
  }

  #count() {
    for (const [id, since] of this.#since) {
      const mark = this.#drawn.get(id)?.node.querySelector("[data-waiting]");
      if (mark) mark.textContent = `waiting ${((performance.now() - since) / 1000).toFixed(1)} s`;
    }
  }
}
