// Short messages, which screen readers announce.

const DURATION = 4000;
const toast = document.getElementById("toast");
let timer = 0;

/** Show a message; `kind` is `done` or `problem`. */
export function showToast(words, kind = "done") {
  if (toast.matches(":popover-open")) toast.hidePopover();
  moveIntoDialog();
  toast.dataset.kind = kind;
  toast.textContent = words;
  // Reopened each time: the newest popover is above all dialogs.
  toast.showPopover();
  clearTimeout(timer);
  timer = setTimeout(() => toast.matches(":popover-open") && toast.hidePopover(), DURATION + words.length * 40);
}

// While a modal is open, screen readers can't reach nodes outside of it.
function moveIntoDialog() {
  const parent = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (toast.parentNode !== parent) parent.append(toast);
}
