// A short word at the edge of the page, read out by screen readers.

const LASTS = 4000;
let timer = 0;

/** Say something in passing; `kind` is `done` or `problem`. */
export function say(words, kind = "done") {
  const toast = document.getElementById("toast");
  toast.dataset.kind = kind;
  toast.textContent = words;
  // Shown again each time: the newest popover lies above any dialog opened since.
  if (toast.matches(":popover-open")) toast.hidePopover();
  toast.showPopover();
  clearTimeout(timer);
  timer = setTimeout(() => toast.hidePopover(), LASTS + words.length * 40);
}
