// Converts Slack's markup, `mrkdwn`, to DOM nodes.

import { h, link, safeAddress } from "../dom.js";
import { codeNode, preNode } from "./code.js";
import { dateNode } from "./dates.js";
import { emojiNamed } from "./emoji.js";
import { broadcastNode, channelNode, groupNode, personNode } from "./mentions.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const BARE_ADDRESS = /^https?:\/\/[^\s<>|"`]+/;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Convert a mrkdwn text to nodes; `verbatim` disables links for bare URLs. */
export function mrkdwnNodes(text, viewer, verbatim = false) {
  const setting = { viewer, verbatim };
  const nodes = [];
  const fences = text.split("```");
  fences.forEach((part, index) => {
    // Every second part is between fences, except the last one if its fence is not closed.
    if (index % 2 === 1 && index < fences.length - 1) nodes.push(preNode(plainCode(part.replace(/^\n/, ""))));
    else nodes.push(...paragraphs(index % 2 === 1 ? "```" + part : afterFence(part, index), setting));
  });
  return nodes;
}

// A preformatted block ends with a line break.
function afterFence(part, index) {
  return index > 0 ? part.replace(/^\n/, "") : part;
}

function paragraphs(text, setting) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join("\n"), setting)));
    quoted = [];
  };
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const rest = line.match(/^(?:&gt;|>){3} ?(.*)$/);
    if (rest) {
      quoted.push(rest[1], ...lines.slice(index + 1));
      break;
    }
    const quote = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quote) quoted.push(quote[1]);
    else {
      const afterQuote = quoted.length > 0;
      flush();
      nodes.push(...inline((index > 0 && !afterQuote ? "\n" : "") + line, setting));
    }
  }
  flush();
  return nodes;
}

function inline(text, setting) {
  const nodes = [];
  let plain = "";
  const add = (node) => {
    if (plain) nodes.push(document.createTextNode(unescapeEntities(plain)));
    plain = "";
    nodes.push(node);
  };
  for (let at = 0; at < text.length; ) {
    const found = parseSpecial(text, at, setting);
    if (found) {
      add(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(document.createTextNode(unescapeEntities(plain)));
  return nodes;
}

function parseSpecial(text, at, setting) {
  const sign = text[at];
  if (sign === "`") {
    const end = text.indexOf("`", at + 1);
    const code = text.slice(at + 1, end);
    if (end > at + 1 && !code.includes("\n")) return { node: codeNode(plainCode(code)), end: end + 1 };
  } else if (sign === "<") {
    const end = text.indexOf(">", at);
    const node = end > 0 && parseBracketed(text.slice(at + 1, end), setting);
    if (node) return { node, end: end + 1 };
  } else if (sign === ":") {
    const [typed, name] = text.slice(at).match(/^:([a-z0-9_+-]+(?:::skin-tone-\d)?):/i) ?? [];
    const picture = name && emojiNamed(name.toLowerCase());
    if (picture) return { node: document.createTextNode(picture), end: at + typed.length };
  } else if (sign in MARKS) {
    const end = findClosing(text, at);
    if (end) return { node: h(MARKS[sign], {}, inline(text.slice(at + 1, end), setting)), end: end + 1 };
  } else if (sign === "h" && !setting.verbatim && !isWord(text[at - 1])) {
    const [found] = text.slice(at).match(BARE_ADDRESS) ?? [];
    const address = found?.replace(/[.,;:!?)'\]]+$/, "");
    if (address && safeAddress(address)) return { node: link(unescapeEntities(address), unescapeEntities(address)), end: at + address.length };
  }
  return null;
}

// Emphasis starts before a word and ends after one, in one line, and skips code and `<…>`.
function findClosing(text, at) {
  const mark = text[at];
  if (isWord(text[at - 1]) || !text[at + 1] || /\s/.test(text[at + 1])) return 0;
  for (let index = at + 1; index < text.length && text[index] !== "\n"; index += 1) {
    const partner = { "`": "`", "<": ">" }[text[index]];
    const skipped = partner ? text.indexOf(partner, index + 1) : -1;
    if (skipped > 0) index = skipped;
    else if (text[index] === mark && index > at + 1 && !/\s/.test(text[index - 1]) && !isWord(text[index + 1])) return index;
  }
  return 0;
}

function isWord(character) {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

function parseBracketed(inside, { viewer }) {
  const [target, ...labels] = inside.split("|");
  const label = labels.length ? unescapeEntities(labels.join("|")) : "";
  const date = target.match(/^!date\^(-?\d+)\^([^^]*)(?:\^(.*))?$/s);
  if (date) {
    const [, seconds, format, address] = date;
    return dateNode({ seconds, format: unescapeEntities(format), address: address && unescapeEntities(address), fallback: label, zone: viewer.zone });
  }
  if (/^@[UW]\w+$/.test(target)) return personNode(target.slice(1), viewer, label);
  if (/^#[CG]\w+$/.test(target)) return channelNode(target.slice(1), viewer, label);
  if (/^!subteam\^\w+$/.test(target)) return groupNode(target.slice(9), viewer, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastNode(target.slice(1));
  if (target.startsWith("!") && label) return document.createTextNode(label);
  const address = unescapeEntities(target);
  return safeAddress(address) ? link(address, label || address.replace(/^mailto:/, "")) : null;
}

// Code has no links or mentions; Slack shows the labels.
function plainCode(text) {
  return unescapeEntities(text.replace(/<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>/g, (_, address, label) => label ?? address));
}

function unescapeEntities(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}
