// Using a control: ask first where the bot wants that, show that it is under way, say what went wrong.

import { confirmed } from "../modals/confirm.js";
import { say } from "../toast.js";

// Pressing twice means twice the same; choosing twice means something else the second time.
const ONCE_AT_A_TIME = new Set(["button", "overflow"]);

/**
 * Act through an element; `fields` is what its kind adds to the action. False if the person thought better of it.
 */
export async function use(element, place, fields, control) {
  if (ONCE_AT_A_TIME.has(element.type) && control.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await confirmed(element.confirm, place.surface.viewer))) return false;
  const action = { type: element.type, action_id: element.action_id, block_id: place.blockId, ...fields };
  await underWay(control, () => place.surface.act(action));
  return true;
}

/** Run something while a control shows that it is under way; it stays focused, which `disabled` would end. */
export async function underWay(control, run) {
  setBusy(control, true);
  try {
    return await run();
  } catch (error) {
    say(error.message, "problem");
    return null;
  } finally {
    setBusy(control, false);
  }
}

function setBusy(control, busy) {
  control.setAttribute("aria-busy", busy);
  control.setAttribute("aria-disabled", busy);
}
