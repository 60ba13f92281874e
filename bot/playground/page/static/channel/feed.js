// The messages of a channel that the viewer sees, in order.

import { h } from "../dom.js";
import { Surface } from "../elements/surface.js";
import { captureFocus, restoreFocus } from "../focus.js";
import { icon } from "../icons.js";
import { showToast } from "../toast.js";
import { dayDivider, dayOf } from "../text/dates.js";
import { commandNode, messageNode, momentOf, noticeNode } from "./messages.js";
import { iconOf, titleOf } from "./naming.js";
import { Scrolling } from "./scrolling.js";

/** Draws the channel, and redraws only changed entries. */
export class Feed {
  #drawn = new Map();
  #surfaces = new Map();
  #threads = new Map();

  /** `sendAction` and `suggest` send interactions with messages to the server. */
  constructor(store, { frame, jump, sendAction, suggest }) {
    this.store = store;
    this.frame = frame;
    this.sendAction = sendAction;
    this.suggest = suggest;
    this.scrolling = new Scrolling(frame, jump);
  }

  /** Redraw everything, for another channel or viewer. */
  restart() {
    this.#drawn.clear();
    this.#threads.clear();
    this.#surfaces.clear();
    this.#fill();
    this.scrolling.scrollToEnd();
  }

  /** Add new entries and replace changed ones. */
  refresh() {
    this.scrolling.preserve(() => this.#fill());
  }

  #fill() {
    const { viewer } = this.store;
    const { entries, replies } = arrangeEntries(this.store);
    const newest = this.frame.querySelector(":scope > [data-key]:last-child")?.dataset.key;
    const nodes = insertDayDividers(entries, viewer).map((entry) => this.#node(entry, viewer));
    const known = new Set([...entries, ...[...replies.values()].flat()].map((entry) => entry.key));
    for (const key of this.#surfaces.keys()) if (!known.has(key)) this.#surfaces.delete(key);
    for (const entry of entries) this.#thread(entry, replies.get(entry.source.ts) ?? [], viewer);
    this.#put(this.frame, nodes.length ? nodes : [emptyChannel(this.store)]);
    return nodes.length > 0 && nodes.at(-1).dataset.key !== newest;
  }

  // Unchanged nodes are not moved, as moving a node removes its focus.
  #put(parent, nodes) {
    for (const node of [...parent.children]) if (!nodes.includes(node)) node.remove();
    nodes.forEach((node, at) => {
      if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
    });
  }

  #node(entry, viewer) {
    const old = this.#drawn.get(entry.key);
    if (old?.version === entry.version) return old.node;
    const node = this.#draw(entry, viewer);
    node.dataset.key = entry.key;
    this.#drawn.set(entry.key, { node, version: entry.version });
    if (old?.node.isConnected) {
      // Only the message is redrawn, not the thread below it.
      const thread = old.node.querySelector(":scope .thread-slot > .thread");
      const note = thread?.contains(document.activeElement) ? null : captureFocus(old.node);
      if (thread) node.querySelector(".thread-slot").append(thread);
      old.node.replaceWith(node);
      restoreFocus(node, note);
    }
    return node;
  }

  #draw({ kind, source, key }, viewer) {
    if (kind === "day") return h("div", { class: "day", role: "separator", "aria-label": source }, h("span", {}, source));
    if (kind === "command") return commandNode(source, viewer);
    if (kind === "notice") return noticeNode(source, viewer);
    const surface = this.#surface(key, source.ts, viewer);
    const { bot, shortcuts } = this.store.workspace;
    return messageNode(source, surface, {
      botName: bot.name,
      isBroadcast: kind === "broadcast",
      shortcuts,
      choose: ({ callback_id: callbackId }) => this.#useShortcut(source.ts, callbackId),
    });
  }

  async #useShortcut(ts, callbackId) {
    try {
      await this.sendAction({ kind: "shortcut", ts, callback_id: callbackId });
    } catch (error) {
      showToast(error.message, "problem");
    }
  }

  #surface(key, ts, viewer) {
    if (!this.#surfaces.has(key)) {
      this.#surfaces.set(key, new Surface({
        viewer,
        send: (what) => this.sendAction({ kind: "action", ts, ...what }),
        fetchOptions: (what) => this.suggest({ ts, view: null, ...what }),
      }));
    }
    return this.#surfaces.get(key);
  }

  #thread(entry, replies, viewer) {
    if (entry.kind !== "message") return;
    const slot = this.#drawn.get(entry.key).node.querySelector(".thread-slot");
    if (replies.length === 0) {
      slot.replaceChildren();
      return;
    }
    if (!this.#threads.has(entry.key)) {
      const parts = [h("summary"), h("div", { class: "replies" })];
      this.#threads.set(entry.key, h("details", { class: "thread", open: true }, parts));
    }
    const thread = this.#threads.get(entry.key);
    const words = `Thread · ${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
    thread.querySelector("summary").replaceChildren(icon("thread"), words);
    this.#put(thread.querySelector(".replies"), replies.map((reply) => this.#node(reply, viewer)));
    if (thread.parentNode !== slot) slot.replaceChildren(thread);
  }
}

function arrangeEntries(store) {
  const messages = store.visibleMessages;
  const here = new Set(messages.map((message) => message.ts));
  const replies = new Map();
  const entries = [
    ...store.visibleCommands.map((exchange) => entryOf("command", exchange.id, exchange, exchange.title)),
    ...store.visibleNotices.map((notice) => entryOf("notice", `${notice.ts}-notice`, notice)),
  ];
  for (const message of messages) {
    const entry = entryOf("message", message.ts, message);
    const parent = message.thread_ts;
    const isReply = parent && parent !== message.ts && here.has(parent);
    if (isReply) replies.set(parent, [...(replies.get(parent) ?? []), entry]);
    if (!isReply) entries.push(entry);
    else if (message.is_broadcast) entries.push(entryOf("broadcast", `${message.ts}-broadcast`, message));
  }
  entries.sort((one, other) => one.at - other.at);
  return { entries, replies };
}

function entryOf(kind, key, source, version = source) {
  return { kind, key, source, version, at: Number(source.ts) };
}

function insertDayDividers(entries, { zone }) {
  let day = null;
  return entries.flatMap((entry) => {
    const ms = momentOf(entry.source.ts);
    const entryDay = dayOf(ms, zone);
    if (entryDay === day) return [entry];
    day = entryDay;
    const words = dayDivider(ms, zone);
    return [{ kind: "day", key: `day-${entryDay}`, source: words, version: words }, entry];
  });
}

function emptyChannel({ channel, workspace }) {
  const [first] = workspace.commands;
  return h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-mark" }, iconOf(channel)),
    h("h2", {}, `Nothing in ${titleOf(channel, workspace.bot)} yet`),
    first && h("p", {},
      "Type ", h("code", {}, first.command), " below, or try one of the suggestions. ",
      h("code", {}, `${first.command} help`), " shows all commands."),
    channel.is_archived && h("p", { class: "faint" }, "This channel is archived: posting is disabled."),
    !channel.bot_is_member && h("p", { class: "faint" },
      `${workspace.bot.name} is not a member of this channel. Commands work, but it can't post on its own.`),
  );
}
