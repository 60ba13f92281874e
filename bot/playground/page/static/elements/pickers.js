// Date and time pickers of the browser.

import { h } from "../dom.js";
import { secondsAt, wallTimeAt } from "../text/dates.js";
import { plainWords } from "../text/text.js";
import { useElement } from "./interaction.js";

/** The element `datepicker`. */
export function datePicker(element, context) {
  return picker(element, context, { type: "date", field: "selected_date", initial: element.initial_date, words: "Choose a date" });
}

/** The element `timepicker`. */
export function timePicker(element, context) {
  return picker(element, context, { type: "time", field: "selected_time", initial: element.initial_time, words: "Choose a time" });
}

/** The element `datetimepicker`: a Unix time, picked in the viewer's time zone. */
export function dateTimePicker(element, context) {
  const { zone } = context.surface.viewer;
  return picker(element, context, {
    type: "datetime-local", field: "selected_date_time", initial: element.initial_date_time, words: "Choose a date and a time",
    toInput: (seconds) => wallTimeAt(seconds, zone),
    fromInput: (typed) => secondsAt(typed, zone),
  });
}

function picker(element, context, { type, field, initial, words, toInput = String, fromInput = String }) {
  const restored = context.surface.initialState(context.blockId, element.action_id, { type: element.type, [field]: initial ?? null });
  const label = plainWords(element.placeholder) || words;
  const input = h("input", {
    type, class: "field picker", "data-control": true, title: context.labelledBy ? null : label, "aria-label": context.labelledBy ? null : label,
    "aria-labelledby": context.labelledBy, "aria-describedby": context.describedBy, "aria-required": context.required,
  });
  const show = (value) => {
    input.value = value === null ? "" : toInput(value);
  };
  let before = restored[field];
  show(before);
  input.addEventListener("change", async () => {
    const chosen = input.value === "" ? null : fromInput(input.value);
    const store = (value) => context.surface.change(context.blockId, element.action_id, { type: element.type, [field]: value });
    store(chosen);
    if (context.dispatches && !(await useElement(element, context, { [field]: chosen }, input))) {
      store(before);
      show(before);
      return;
    }
    before = chosen;
  });
  return input;
}
