// Keeping the keyboard where it was when something is drawn anew.

/** Whatever the keyboard can reach. */
export const CONTROLS = "a[href], button, input, textarea, select, summary, [tabindex='0']";

/** What is needed to find the focused control of `node` again, or null if the focus is elsewhere. */
export function noteFocus(node) {
  const control = document.activeElement;
  if (!control || !node.contains(control)) return null;
  const controls = [...node.querySelectorAll(CONTROLS)];
  return { ...namesOf(control), place: Math.max(controls.indexOf(control), 0), caret: caretOf(control) };
}

/** Focus the control that the note describes, or the one left that is nearest to it; false if there is none. */
export function restoreFocus(node, note) {
  if (!note) return false;
  const controls = [...node.querySelectorAll(CONTROLS)];
  const distance = (control) => Math.abs(controls.indexOf(control) - note.place);
  const best = controls
    // What lies in a menu that is shut can't be focused.
    .filter((control) => control.checkVisibility({ visibilityProperty: true }))
    .map((control) => ({ control, score: likeness(namesOf(control), note) * 1000 - distance(control) }))
    .toSorted((one, other) => other.score - one.score)[0]?.control;
  best?.focus({ preventScroll: true });
  if (best && note.caret && best.tagName === note.caret.tag) best.setSelectionRange?.(note.caret.start, note.caret.end);
  return best !== undefined;
}

function namesOf(control) {
  const words = control.getAttribute("aria-label") ?? control.textContent;
  const actionId = control.closest("[data-action-id]")?.dataset.actionId ?? null;
  return { words, actionId, blockId: control.closest("[data-block-id]")?.dataset.blockId ?? null };
}

// The same act with the same name comes first, then the same act, then the same name; of the others a neighbour in
// the same block, and in any case one of the bot's own controls rather than one of the page's, like copying.
function likeness(names, note) {
  const sameAct = note.actionId !== null && names.actionId === note.actionId;
  const sameName = note.words !== "" && names.words === note.words;
  const sameBlock = note.blockId !== null && names.blockId === note.blockId;
  const sameSide = (note.blockId === null) === (names.blockId === null);
  return (sameAct ? 8 : 0) + (sameName ? 4 : 0) + (sameBlock ? 2 : 0) + (sameSide ? 1 : 0);
}

function caretOf(control) {
  try {
    const { selectionStart: start, selectionEnd: end, tagName: tag } = control;
    return typeof start === "number" ? { start, end, tag } : null;
  } catch {
    return null;
  }
}
