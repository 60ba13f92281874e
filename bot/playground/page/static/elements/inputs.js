// Things to type into.

import { h } from "../dom.js";
import { richTextWords } from "../text/rich_text.js";
import { plainWords } from "../text/text.js";
import { use } from "./acting.js";

const TYPES = { email_text_input: "email", url_text_input: "url" };

/** The elements `plain_text_input`, `email_text_input` and `url_text_input`. */
export function textInput(element, place) {
  const tag = element.multiline ? "textarea" : "input";
  return field(element, place, tag, { type: element.multiline ? null : (TYPES[element.type] ?? "text") }, element.initial_value);
}

/** The element `number_input`. */
export function numberInput(element, place) {
  const attributes = {
    type: "number", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", step: element.is_decimal_allowed ? "any" : "1",
    min: element.min_value, max: element.max_value,
  };
  return field(element, place, "input", attributes, element.initial_value);
}

/** The element `rich_text_input`: a plain text box whose words are handed over as rich text. */
export function richTextInput(element, place) {
  const initial = element.initial_value ? richTextWords(element.initial_value) : null;
  const stateOf = (words) => ({ rich_text_value: words === null ? null : richTextOf(words) });
  return field(element, place, "textarea", {}, initial, stateOf);
}

/** The element `file_input`: nothing can be uploaded here. */
export function fileInput(element, place) {
  place.surface.begin(place.blockId, element.action_id, { type: element.type, files: [] });
  return h("p", { class: "placeholder" }, "Files can't be attached in the playground; this stays empty.");
}

function field(element, place, tag, attributes, initial, stateOf = (value) => ({ value })) {
  const state = (value) => ({ type: element.type, ...stateOf(value) });
  const begun = place.surface.begin(place.blockId, element.action_id, state(initial ?? null));
  const placeholder = plainWords(element.placeholder);
  const input = h(tag, {
    ...attributes, class: "field", "data-control": true, placeholder: placeholder || null,
    minlength: element.min_length, maxlength: element.max_length, rows: tag === "textarea" ? 4 : null,
    "aria-label": place.labelledBy ? null : placeholder || "Text", "aria-labelledby": place.labelledBy, "aria-describedby": place.describedBy, "aria-required": place.required,
  });
  input.value = begun.rich_text_value ? richTextWords(begun.rich_text_value) : (begun.value ?? "");
  const current = () => (input.value === "" ? null : input.value);
  input.addEventListener("input", () => place.surface.change(place.blockId, element.action_id, state(current())));
  if (place.acts) actOn(input, element, () => use(element, place, stateOf(current()), input));
  return input;
}

// When a text acts is said by its element; Slack's default is Enter.
function actOn(input, element, run) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (triggers.includes("on_character_entered")) input.addEventListener("input", run);
  if (!triggers.includes("on_enter_pressed")) return;
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    run();
  });
}

function richTextOf(words) {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: words }] }] };
}
