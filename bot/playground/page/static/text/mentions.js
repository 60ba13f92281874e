// Mentions of people, channels and groups.

import { h } from "../dom.js";

/** Create the mention of a person, highlighted for the viewer. */
export function personNode(id, viewer, label = "") {
  const name = viewer.nameOf(id) ?? (label.replace(/^@/, "") || id);
  return h("span", { class: id === viewer.me.id ? "mention to-me" : "mention" }, `@${name}`);
}

/** Create the mention of a channel. */
export function channelNode(id, viewer, label = "") {
  return h("span", { class: "mention" }, `#${viewer.channelNamed(id) ?? (label.replace(/^#/, "") || id)}`);
}

/** Create the mention of a user group. */
export function groupNode(id, viewer, label = "") {
  return h("span", { class: "mention" }, `@${viewer.groupNamed(id) ?? (label.replace(/^@/, "") || id)}`);
}

/** Create the mention `@here`, `@channel` or `@everyone`. */
export function broadcastNode(range) {
  return h("span", { class: "mention to-me" }, `@${range}`);
}
