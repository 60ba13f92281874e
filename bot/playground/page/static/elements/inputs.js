// Text inputs.

import { h } from "../dom.js";
import { richTextWords } from "../text/rich_text.js";
import { plainWords } from "../text/text.js";
import { useElement } from "./interaction.js";

const TYPES = { email_text_input: "email", url_text_input: "url" };

/** The elements `plain_text_input`, `email_text_input` and `url_text_input`. */
export function textInput(element, context) {
  const tag = element.multiline ? "textarea" : "input";
  return field(element, context, tag, { type: element.multiline ? null : (TYPES[element.type] ?? "text") }, element.initial_value);
}

/** The element `number_input`. */
export function numberInput(element, context) {
  const attributes = {
    type: "number", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", step: element.is_decimal_allowed ? "any" : "1",
    min: element.min_value, max: element.max_value,
  };
  return field(element, context, "input", attributes, element.initial_value);
}

/** The element `rich_text_input`: a plain text box whose value is sent as rich text. */
export function richTextInput(element, context) {
  const initial = element.initial_value ? richTextWords(element.initial_value) : null;
  const stateOf = (words) => ({ rich_text_value: words === null ? null : richTextOf(words) });
  return field(element, context, "textarea", {}, initial, stateOf);
}

/** The element `file_input`, which does not support uploads here. */
export function fileInput(element, context) {
  context.surface.initialState(context.blockId, element.action_id, { type: element.type, files: [] });
  return h("p", { class: "placeholder" }, "The playground can't upload files; this input stays empty.");
}

function field(element, context, tag, attributes, initial, stateOf = (value) => ({ value })) {
  const state = (value) => ({ type: element.type, ...stateOf(value) });
  const restored = context.surface.initialState(context.blockId, element.action_id, state(initial ?? null));
  const placeholder = plainWords(element.placeholder);
  const input = h(tag, {
    ...attributes, class: "field", "data-control": true, placeholder: placeholder || null,
    minlength: element.min_length, maxlength: element.max_length, rows: tag === "textarea" ? 4 : null,
    "aria-label": context.labelledBy ? null : placeholder || "Text", "aria-labelledby": context.labelledBy, "aria-describedby": context.describedBy, "aria-required": context.required,
  });
  input.value = restored.rich_text_value ? richTextWords(restored.rich_text_value) : (restored.value ?? "");
  const current = () => (input.value === "" ? null : input.value);
  input.addEventListener("input", () => context.surface.change(context.blockId, element.action_id, state(current())));
  if (context.dispatches) dispatchOn(input, element, () => useElement(element, context, stateOf(current()), input));
  return input;
}

// The element configures when a text dispatches an action; Slack's default is Enter.
function dispatchOn(input, element, run) {
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
