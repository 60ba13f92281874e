// People, channels and groups that are named in a text.

import { h } from "../dom.js";

/** `@ada`, marked if it is the reader. */
export function personNode(id, eyes, label = "") {
  const name = eyes.nameOf(id) ?? (label.replace(/^@/, "") || id);
  return h("span", { class: id === eyes.me.id ? "mention to-me" : "mention" }, `@${name}`);
}

/** `#general`. */
export function channelNode(id, eyes, label = "") {
  return h("span", { class: "mention" }, `#${eyes.channelNamed(id) ?? (label.replace(/^#/, "") || id)}`);
}

/** `@on-call`: a user group, which this workspace knows by its id only. */
export function groupNode(id, label = "") {
  return h("span", { class: "mention" }, `@${label.replace(/^@/, "") || id}`);
}

/** `@here`, `@channel`, `@everyone`: everybody is meant. */
export function broadcastNode(range) {
  return h("span", { class: "mention to-me" }, `@${range}`);
}
