// Text objects: `{"type": "plain_text" | "mrkdwn", "text": …}`.

import { h } from "../dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwnNodes } from "./mrkdwn.js";

/** Return the displayed string of a plain_text object. */
export function plainWords(text) {
  if (typeof text === "string") return text;
  return text?.emoji === false ? text.text : withEmoji(text?.text ?? "");
}

/** Create an element for a text object that preserves line breaks. */
export function textNode(text, viewer, tag = "div") {
  if (text?.type === "mrkdwn") return h(tag, { class: "text" }, mrkdwnNodes(text.text ?? "", viewer, text.verbatim === true));
  return h(tag, { class: "text" }, plainWords(text));
}
