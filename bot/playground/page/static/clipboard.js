// Copies Block Kit JSON to the clipboard.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { showToast } from "./toast.js";

/** Create a button that copies `{"blocks": […]}`, the format of Block Kit Builder. */
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
  if (copied) showToast("Copied as Block Kit JSON");
  else showToast("The browser blocked the copy.", "problem");
}

async function copyNow(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain-HTTP pages have no clipboard, and permission may be denied.
    return false;
  }
}

// Fallback for older browsers: copy a selected text.
function copyByHand(text) {
  const before = document.activeElement;
  const box = h("textarea", { class: "visually-hidden", readonly: true });
  box.value = text;
  // Everything outside of an open modal is inert.
  (document.querySelector("dialog[open]:last-of-type") ?? document.body).append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  before?.focus();
  return copied;
}
