// The markdown block: the part of Markdown that Slack supports.

import { plainTable } from "../blocks/tables.js";
import { h, link } from "../dom.js";
import { withEmoji } from "./emoji.js";

const INLINE = [
  [/^`([^`]+)`/, ([, code]) => h("code", {}, code)],
  [/^\*\*(?=\S)(.+?)\*\*/s, ([, inside]) => h("strong", {}, inline(inside))],
  [/^__(?=\S)(.+?)__/s, ([, inside]) => h("strong", {}, inline(inside))],
  [/^~~(?=\S)(.+?)~~/s, ([, inside]) => h("s", {}, inline(inside))],
  [/^\*(?=\S)([^*\n]+?)\*/, ([, inside]) => h("em", {}, inline(inside))],
  [/^_(?=\S)([^_\n]+?)_(?!\w)/, ([, inside]) => h("em", {}, inline(inside))],
  [/^!?\[([^\]]*)\]\(([^\s()]+)(?:\s+"[^"]*")?\)/, ([, words, address]) => link(address, inline(words || address))],
  [/^<(https?:[^>\s]+|mailto:[^>\s]+)>/, ([, address]) => link(address, address)],
  [/^https?:\/\/[^\s<>"`)\]]+/, ([address]) => link(address, address)],
  [/^\\([\\`*_{}[\]()#+.!|~>-])/, ([, sign]) => document.createTextNode(sign)],
];
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const MAX_QUOTE_DEPTH = 8;
const QUOTE = /^\s*> ?/;
const BLOCK_START = /^\s*(#{1,6}\s|```|~~~|>|[-*+]\s|\d+[.)]\s)/;
const CELL_BREAK = /(?<!\\)\|/;

/** Convert a Markdown text to nodes. */
export function markdownNodes(text, depth = 0) {
  const lines = text.split("\n");
  const nodes = [];
  while (lines.length) nodes.push(...nextBlock(lines, depth));
  return nodes;
}

function nextBlock(lines, depth) {
  const line = lines[0];
  const alone = (...nodes) => {
    lines.shift();
    return nodes;
  };
  const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
  if (/^\s*$/.test(line)) return alone();
  if (heading) return alone(h("p", { class: "md-heading", role: "heading", "aria-level": 3 }, inline(heading[2])));
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return alone(h("hr"));
  if (/^\s*(```|~~~)/.test(line)) return [fence(lines)];
  if (QUOTE.test(line) && depth < MAX_QUOTE_DEPTH) return [quote(takeWhile(lines, QUOTE), depth + 1)];
  if (ITEM.test(line)) return [list(takeWhile(lines, ITEM, /^\s{2,}\S/))];
  if (line.includes("|") && /^\s*\|?\s*:?-{2,}/.test(lines[1] ?? "")) return [table(takeWhile(lines, /\|/))];
  return [paragraph(lines)];
}

function quote(lines, depth) {
  return h("blockquote", {}, markdownNodes(lines.map((line) => line.replace(QUOTE, "")).join("\n"), depth));
}

function takeWhile(lines, ...patterns) {
  const taken = [];
  while (lines.length && patterns.some((pattern) => pattern.test(lines[0]))) taken.push(lines.shift());
  return taken;
}

function paragraph(lines) {
  const taken = [lines.shift()];
  while (lines.length && /\S/.test(lines[0]) && !BLOCK_START.test(lines[0])) taken.push(lines.shift());
  return h("p", {}, inline(taken.join("\n")));
}

function fence(lines) {
  const closing = lines.shift().trim().slice(0, 3);
  const code = [];
  while (lines.length && !lines[0].trim().startsWith(closing)) code.push(lines.shift());
  lines.shift();
  return h("pre", {}, code.join("\n"));
}

// Nested items follow their parent; an indented line without a bullet continues its item.
function list(lines) {
  const [, margin, bullet] = lines[0].match(ITEM);
  const items = [];
  for (const line of lines) {
    const found = line.match(ITEM);
    if (found && found[1].length <= margin.length) items.push({ words: found[3], deeper: [] });
    else items.at(-1).deeper.push(line);
  }
  const start = parseInt(bullet, 10);
  return h(
    Number.isNaN(start) ? "ul" : "ol",
    { start: start > 1 ? start : null },
    items.map(({ words, deeper }) => h("li", {}, task(words), deeper.length > 0 && nested(deeper))),
  );
}

function nested(lines) {
  return ITEM.test(lines[0]) ? list(lines) : markdownNodes(lines.map((line) => line.trim()).join("\n"));
}

function task(words) {
  const found = words.match(/^\[([ xX])\]\s+(.*)$/);
  return found ? [found[1] === " " ? "☐ " : "☑ ", inline(found[2])] : inline(words);
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||(?<!\\)\|$/g, "").split(CELL_BREAK).map((cell) => inline(cell.trim()));
  const aligned = lines[1].trim().replace(/^\||\|$/g, "").split("|").map((rule) => {
    const [left, right] = [rule.trim().startsWith(":"), rule.trim().endsWith(":")];
    return right ? (left ? "center" : "right") : "left";
  });
  return plainTable([lines[0], ...lines.slice(2)].map(cells), aligned);
}

function inline(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const afterWord = /\w/.test(text[at - 1] ?? "") && /^[_h]/.test(rest);
    const [pattern, make] = (!afterWord && INLINE.find(([sign]) => sign.test(rest))) || [];
    if (pattern) {
      const found = rest.match(pattern);
      nodes.push(withEmoji(plain), make(found));
      plain = "";
      at += found[0].length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  return [...nodes, withEmoji(plain)];
}
