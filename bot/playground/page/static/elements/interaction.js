// Interactions with controls: confirmation, busy state and errors.

import { askToConfirm } from "../modals/confirm.js";
import { showToast } from "../toast.js";

// A second press repeats the action, but a second choice changes it.
const ONCE_AT_A_TIME = new Set(["button", "overflow"]);

/**
 * Send the action of an element; `fields` depend on its type. Return false if the person did not confirm.
 */
export async function useElement(element, context, fields, control) {
  if (ONCE_AT_A_TIME.has(element.type) && control.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await askToConfirm(element.confirm, context.surface.viewer))) return false;
  const action = { type: element.type, action_id: element.action_id, block_id: context.blockId, ...fields };
  await withBusy(control, () => context.surface.dispatch(action));
  return true;
}

/** Run a task while a control is busy; `disabled` would remove its focus. */
export async function withBusy(control, run) {
  setBusy(control, true);
  try {
    return await run();
  } catch (error) {
    showToast(error.message, "problem");
    return null;
  } finally {
    setBusy(control, false);
  }
}

function setBusy(control, busy) {
  control.setAttribute("aria-busy", busy);
  control.setAttribute("aria-disabled", busy);
}
