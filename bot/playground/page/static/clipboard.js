// Copying Block Kit, wherever the browser lets a page copy.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./toast.js";

/** The button that copies `{"blocks": […]}`, which Block Kit Builder takes as it is. */
export function copyButton(blocks, { compact = false } = {}) {
  const words = "Copy as Block Kit JSON";
  return h(
    "button",
    {
      type: "button", class: compact ? "tool" : "small-button", title: compact ? words : null, "aria-label": words,
      onclick: () => copyBlocks(blocks),
    },
    icon("copy"),
    compact ? null : words,
  );
}

async function copyBlocks(blocks) {
  const json = JSON.stringify({ blocks }, null, 2);
  const copied = (await copyNow(json)) || copyByHand(json);
  if (copied) say("Copied as Block Kit JSON");
  else say("The browser did not let this page copy.", "problem");
}

async function copyNow(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // There is no clipboard on plain-HTTP pages, and permission may be denied.
    return false;
  }
}

// The way of older browsers: select a text and have the browser copy the selection.
function copyByHand(text) {
  const before = document.activeElement;
  const box = h("textarea", { class: "visually-hidden", readonly: true });
  box.value = text;
  // Inside an open modal everything outside of it is inert.
  (document.querySelector("dialog[open]:last-of-type") ?? document.body).append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  before?.focus();
  return copied;
}
