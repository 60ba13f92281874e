// People, channels and groups that are named in a text.

import { h } from "../dom.js";

/** `@ada`, marked if it is the reader. */
export function personNode(id, viewer, label = "") {
  const name = viewer.nameOf(id) ?? (label.replace(/^@/, "") || id);
  return h("span", { class: id === viewer.me.id ? "mention to-me" : "mention" }, `@${name}`);
}

/** `#general`. */
export function channelNode(id, viewer, label = "") {
  return h("span", { class: "mention" }, `#${viewer.channelNamed(id) ?? (label.replace(/^#/, "") || id)}`);
}

/** `@oncall`: a user group. */
export function groupNode(id, viewer, label = "") {
  return h("span", { class: "mention" }, `@${viewer.groupNamed(id) ?? (label.replace(/^@/, "") || id)}`);
}

/** `@here`, `@channel`, `@everyone`: everybody is meant. */
export function broadcastNode(range) {
  return h("span", { class: "mention to-me" }, `@${range}`);
}
