// Slack's own markup, `mrkdwn`, as DOM nodes.

import { h, link, safeAddress } from "../dom.js";
import { dateNode } from "./dates.js";
import { emojiNamed } from "./emoji.js";
import { broadcastNode, channelNode, groupNode, personNode } from "./mentions.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const BARE_ADDRESS = /^https?:\/\/[^\s<>|"`]+/;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Nodes of a mrkdwn text; `verbatim` keeps a bare address from becoming a link. */
export function mrkdwnNodes(text, viewer, verbatim = false) {
  const setting = { viewer, verbatim };
  const nodes = [];
  const fences = text.split("```");
  fences.forEach((part, place) => {
    // Every second part stands between fences; the last one does not if its fence was never closed.
    if (place % 2 === 1 && place < fences.length - 1) nodes.push(h("pre", {}, inCode(part.replace(/^\n/, ""))));
    else nodes.push(...paragraphs(place % 2 === 1 ? "```" + part : afterFence(part, place), setting));
  });
  return nodes;
}

// A preformatted box breaks the line itself.
function afterFence(part, place) {
  return place > 0 ? part.replace(/^\n/, "") : part;
}

function paragraphs(text, setting) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join("\n"), setting)));
    quoted = [];
  };
  const lines = text.split("\n");
  for (const [place, line] of lines.entries()) {
    const rest = line.match(/^(?:&gt;|>){3} ?(.*)$/);
    if (rest) {
      quoted.push(rest[1], ...lines.slice(place + 1));
      break;
    }
    const quote = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quote) quoted.push(quote[1]);
    else {
      const afterQuote = quoted.length > 0;
      flush();
      nodes.push(...inline((place > 0 && !afterQuote ? "\n" : "") + line, setting));
    }
  }
  flush();
  return nodes;
}

function inline(text, setting) {
  const nodes = [];
  let plain = "";
  const add = (node) => {
    if (plain) nodes.push(document.createTextNode(undone(plain)));
    plain = "";
    nodes.push(node);
  };
  for (let at = 0; at < text.length; ) {
    const found = special(text, at, setting);
    if (found) {
      add(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(document.createTextNode(undone(plain)));
  return nodes;
}

function special(text, at, setting) {
  const sign = text[at];
  if (sign === "`") {
    const end = text.indexOf("`", at + 1);
    const code = text.slice(at + 1, end);
    if (end > at + 1 && !code.includes("\n")) return { node: h("code", {}, inCode(code)), end: end + 1 };
  } else if (sign === "<") {
    const end = text.indexOf(">", at);
    const node = end > 0 && bracketed(text.slice(at + 1, end), setting);
    if (node) return { node, end: end + 1 };
  } else if (sign === ":") {
    const [typed, name] = text.slice(at).match(/^:([a-z0-9_+-]+(?:::skin-tone-\d)?):/i) ?? [];
    const picture = name && emojiNamed(name.toLowerCase());
    if (picture) return { node: document.createTextNode(picture), end: at + typed.length };
  } else if (sign in MARKS) {
    const end = closing(text, at);
    if (end) return { node: h(MARKS[sign], {}, inline(text.slice(at + 1, end), setting)), end: end + 1 };
  } else if (sign === "h" && !setting.verbatim && !isWord(text[at - 1])) {
    const [found] = text.slice(at).match(BARE_ADDRESS) ?? [];
    const address = found?.replace(/[.,;:!?)'\]]+$/, "");
    if (address && safeAddress(address)) return { node: link(undone(address), undone(address)), end: at + address.length };
  }
  return null;
}

// Emphasis starts before and ends after a word, within one line, and leaves code and `<…>` alone.
function closing(text, at) {
  const mark = text[at];
  if (isWord(text[at - 1]) || !text[at + 1] || /\s/.test(text[at + 1])) return 0;
  for (let place = at + 1; place < text.length && text[place] !== "\n"; place += 1) {
    const partner = { "`": "`", "<": ">" }[text[place]];
    const skipped = partner ? text.indexOf(partner, place + 1) : -1;
    if (skipped > 0) place = skipped;
    else if (text[place] === mark && place > at + 1 && !/\s/.test(text[place - 1]) && !isWord(text[place + 1])) return place;
  }
  return 0;
}

function isWord(character) {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

function bracketed(inside, { viewer }) {
  const [target, ...labels] = inside.split("|");
  const label = labels.length ? undone(labels.join("|")) : "";
  const date = target.match(/^!date\^(-?\d+)\^([^^]*)(?:\^(.*))?$/s);
  if (date) {
    const [, seconds, format, address] = date;
    return dateNode({ seconds, format: undone(format), address: address && undone(address), fallback: label, zone: viewer.zone });
  }
  if (/^@[UW]\w+$/.test(target)) return personNode(target.slice(1), viewer, label);
  if (/^#[CG]\w+$/.test(target)) return channelNode(target.slice(1), viewer, label);
  if (/^!subteam\^\w+$/.test(target)) return groupNode(target.slice(9), viewer, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastNode(target.slice(1));
  if (target.startsWith("!") && label) return document.createTextNode(label);
  const address = undone(target);
  return safeAddress(address) ? link(address, label || address.replace(/^mailto:/, "")) : null;
}

// In code nothing is a link or a mention; Slack shows what the brackets would have been called.
function inCode(text) {
  return undone(text.replace(/<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>/g, (_, address, label) => label ?? address));
}

function undone(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}
