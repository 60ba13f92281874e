// Dates and times, picked with the browser's own pickers.

import { h } from "../dom.js";
import { secondsAt, wallTimeAt } from "../text/dates.js";
import { plainWords } from "../text/text.js";
import { use } from "./acting.js";

/** The element `datepicker`. */
export function datePicker(element, place) {
  return picker(element, place, { type: "date", field: "selected_date", initial: element.initial_date, words: "Choose a date" });
}

/** The element `timepicker`. */
export function timePicker(element, place) {
  return picker(element, place, { type: "time", field: "selected_time", initial: element.initial_time, words: "Choose a time" });
}

/** The element `datetimepicker`: a second since 1970, picked as the reader's clock shows it. */
export function dateTimePicker(element, place) {
  const { zone } = place.surface.viewer;
  return picker(element, place, {
    type: "datetime-local", field: "selected_date_time", initial: element.initial_date_time, words: "Choose a date and a time",
    shown: (seconds) => wallTimeAt(seconds, zone),
    meant: (typed) => secondsAt(typed, zone),
  });
}

function picker(element, place, { type, field, initial, words, shown = String, meant = String }) {
  const begun = place.surface.begin(place.blockId, element.action_id, { type: element.type, [field]: initial ?? null });
  const label = plainWords(element.placeholder) || words;
  const input = h("input", {
    type, class: "field picker", "data-control": true, title: place.labelledBy ? null : label, "aria-label": place.labelledBy ? null : label,
    "aria-labelledby": place.labelledBy, "aria-describedby": place.describedBy, "aria-required": place.required,
  });
  const show = (value) => {
    input.value = value === null ? "" : shown(value);
  };
  let before = begun[field];
  show(before);
  input.addEventListener("change", async () => {
    const chosen = input.value === "" ? null : meant(input.value);
    const keep = (value) => place.surface.change(place.blockId, element.action_id, { type: element.type, [field]: value });
    keep(chosen);
    if (place.acts && !(await use(element, place, { [field]: chosen }, input))) {
      keep(before);
      show(before);
      return;
    }
    before = chosen;
  });
  return input;
}
