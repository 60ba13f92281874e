// Code, inline and in blocks. Bars drawn with characters stay in one piece.

import { h } from "../dom.js";

// Two characters in a row of the Unicode blocks for lines, blocks, shapes and Braille patterns.
const BAR = /[\u2500-\u25ff\u2800-\u28ff]{2}/;

/** Create code within a line. */
export function codeNode(...children) {
  const node = h("code", {}, children);
  if (BAR.test(node.textContent)) node.classList.add("bar");
  return node;
}

/** Create a block of code. Its lines wrap, unless bars are among them: those keep their columns, and scroll. */
export function preNode(...children) {
  const node = h("pre", {}, children);
  if (!BAR.test(node.textContent)) return node;
  node.classList.add("bars");
  // The keyboard can scroll what has the focus, which then needs a name.
  for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": "Drawing" })) {
    node.setAttribute(name, value);
  }
  return node;
}
