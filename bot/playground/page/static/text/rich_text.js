// The rich_text block: text as a tree.

import { h, link } from "../dom.js";
import { codeNode, preNode } from "./code.js";
import { dateNode } from "./dates.js";
import { emojiNamed } from "./emoji.js";
import { broadcastNode, channelNode, groupNode, personNode } from "./mentions.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", highlight: "mark" };
const BULLETS = 3;
const NUMBERS = ["decimal", "lower-alpha", "lower-roman"];

/** Create a rich_text block or table cell. */
export function richText(block, viewer) {
  return h("div", { class: "text rich-text" }, (block.elements ?? []).map((part) => partNode(part, viewer)));
}

/** Return the plain text, for sorting and editing. */
export function richTextWords(node) {
  if (Array.isArray(node)) return node.map(richTextWords).join("");
  if (node?.type === "text") return node.text;
  if (node?.type === "link") return node.text ?? node.url;
  if (node?.type === "emoji") return emojiNamed(node.name) ?? `:${node.name}:`;
  if (node?.type === "date") return String(node.timestamp);
  return node?.elements ? richTextWords(node.elements) : (node?.name ?? node?.user_id ?? node?.channel_id ?? node?.range ?? "");
}

function partNode(part, viewer) {
  const words = () => (part.elements ?? []).map((element) => elementNode(element, viewer));
  switch (part.type) {
    case "rich_text_section": return h("div", { class: "rich-line" }, words());
    case "rich_text_preformatted": return preNode(words());
    case "rich_text_quote": return h("blockquote", {}, words());
    case "rich_text_list": return listNode(part, viewer);
    default: return h("div", { class: "rich-line" }, richTextWords(part) || `[${part.type}]`);
  }
}

function listNode(part, viewer) {
  const depth = part.indent ?? 0;
  const ordered = part.style === "ordered";
  const list = h(
    ordered ? "ol" : "ul",
    {
      class: part.border ? "rich-list bordered" : "rich-list",
      start: ordered && part.offset ? part.offset + 1 : null,
      "data-bullet": ordered ? null : depth % BULLETS,
    },
    (part.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map((element) => elementNode(element, viewer)))),
  );
  list.style.marginInlineStart = `${depth * 1.5}rem`;
  if (ordered) list.style.listStyleType = NUMBERS[depth % NUMBERS.length];
  return list;
}

function elementNode(element, viewer) {
  let node = unstyledNode(element, viewer);
  for (const [style, tag] of Object.entries(STYLES)) {
    if (element.style?.[style]) node = h(tag, {}, node);
  }
  return element.style?.code ? codeNode(node) : node;
}

function unstyledNode(element, viewer) {
  switch (element.type) {
    case "text": return document.createTextNode(element.text ?? "");
    case "link": return link(element.url, element.text || element.url);
    case "emoji": return document.createTextNode(emojiFromCode(element.unicode) ?? richTextWords(element));
    case "user": return personNode(element.user_id, viewer);
    case "channel": return channelNode(element.channel_id, viewer);
    case "usergroup": return groupNode(element.usergroup_id, viewer);
    case "broadcast": return broadcastNode(element.range);
    case "color": return h("code", { class: "colour" }, swatch(element.value), element.value);
    case "date":
      return dateNode({
        seconds: element.timestamp, format: element.format ?? "{date}", address: element.url,
        fallback: element.fallback ?? "", zone: element.timezone || viewer.zone,
      });
    default: return h("span", { class: "odd" }, richTextWords(element) || `[${element.type}]`);
  }
}

function swatch(colour) {
  const node = h("span", { class: "swatch", "aria-hidden": "true" });
  node.style.backgroundColor = colour;
  return node;
}

// Slack names an emoji's code points in hexadecimal, joined by hyphens.
function emojiFromCode(unicode) {
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode ?? "")) return null;
  const points = unicode.split("-").map((point) => parseInt(point, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : null;
}
