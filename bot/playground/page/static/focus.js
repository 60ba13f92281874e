// Preserves the focus when nodes are redrawn.

/** Selects all focusable elements. */
export const CONTROLS = "a[href], button, input, textarea, select, summary, [tabindex='0']";

/** Describe the focused control of `node`; return null if the focus is elsewhere. */
export function captureFocus(node) {
  const control = document.activeElement;
  if (!control || !node.contains(control)) return null;
  const controls = [...node.querySelectorAll(CONTROLS)];
  return {
    ...identify(control), neighbours: neighboursOf(control), index: Math.max(controls.indexOf(control), 0), caret: caretOf(control),
  };
}

/** Focus the control that matches the note best; return false if there is none. */
export function restoreFocus(node, note) {
  if (!note) return false;
  const controls = [...node.querySelectorAll(CONTROLS)];
  const distance = (control) => Math.abs(controls.indexOf(control) - note.index);
  const best = controls
    // Controls in a closed menu can't be focused.
    .filter((control) => control.checkVisibility({ visibilityProperty: true }))
    .map((control) => ({ control, score: similarity(identify(control), note) * 1000 - distance(control) }))
    .toSorted((one, other) => other.score - one.score)[0]?.control;
  best?.focus({ preventScroll: true });
  if (best && note.caret && best.tagName === note.caret.tag) best.setSelectionRange?.(note.caret.start, note.caret.end);
  return best !== undefined;
}

function identify(control) {
  const words = control.getAttribute("aria-label") ?? control.textContent;
  const actionId = control.closest("[data-action-id]")?.dataset.actionId ?? null;
  return { words, actionId, blockId: control.closest("[data-block-id]")?.dataset.blockId ?? null };
}

// The actions of the same block. Its id may be new after each change.
function neighboursOf(control) {
  const block = control.closest("[data-block-id]");
  return block ? [...block.querySelectorAll("[data-action-id]")].map((node) => node.dataset.actionId) : [];
}

// Same action and name first, then same action, then same name; then what was beside it, then a control in the
// same block, and controls of the bot before controls of the page, such as the copy button.
function similarity(names, note) {
  const sameAction = note.actionId !== null && names.actionId === note.actionId;
  const sameName = note.words !== "" && names.words === note.words;
  const sameBlock = note.blockId !== null && names.blockId === note.blockId;
  const sameSide = (note.blockId === null) === (names.blockId === null);
  const wasBeside = note.neighbours.includes(names.actionId);
  return (sameAction ? 16 : 0) + (sameName ? 8 : 0) + (wasBeside ? 4 : 0) + (sameBlock ? 2 : 0) + (sameSide ? 1 : 0);
}

function caretOf(control) {
  try {
    const { selectionStart: start, selectionEnd: end, tagName: tag } = control;
    return typeof start === "number" ? { start, end, tag } : null;
  } catch {
    return null;
  }
}
