// A short word at the edge of the page, read out by screen readers.

const LASTS = 4000;
const toast = document.getElementById("toast");
let timer = 0;

/** Say something in passing; `kind` is `done` or `problem`. */
export function say(words, kind = "done") {
  if (toast.matches(":popover-open")) toast.hidePopover();
  place();
  toast.dataset.kind = kind;
  toast.textContent = words;
  // Shown again each time: the newest popover lies above any dialog opened since.
  toast.showPopover();
  clearTimeout(timer);
  timer = setTimeout(() => toast.matches(":popover-open") && toast.hidePopover(), LASTS + words.length * 40);
}

// While a modal is open, whatever is outside of it is out of reach of screen readers.
function place() {
  const home = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (toast.parentNode !== home) home.append(toast);
}
