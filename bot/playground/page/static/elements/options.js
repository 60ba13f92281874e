// Checkboxes and radio buttons.

import { freshId, h } from "../dom.js";
import { textNode } from "../text/text.js";
import { useElement } from "./interaction.js";

/** The element `checkboxes`. */
export function checkboxes(element, context) {
  const initial = { type: element.type, selected_options: element.initial_options ?? [] };
  const restored = context.surface.initialState(context.blockId, element.action_id, initial).selected_options;
  return choices(element, context, "checkbox", restored, (chosen) => ({ selected_options: chosen }));
}

/** The element `radio_buttons`. */
export function radioButtons(element, context) {
  const initial = { type: element.type, selected_option: element.initial_option ?? null };
  const restored = context.surface.initialState(context.blockId, element.action_id, initial).selected_option;
  return choices(element, context, "radio", restored ? [restored] : [], (chosen) => ({ selected_option: chosen[0] ?? null }));
}

function words({ text, description }, viewer) {
  const more = description && h("span", { class: "option-more" }, textNode(description, viewer, "span"));
  return h("span", {}, textNode(text, viewer, "span"), more);
}

function choices(element, context, type, restored, stateOf) {
  const name = freshId("choice");
  let chosen = restored;
  const boxes = element.options.map((option) => h("input", { type, name, id: freshId("option"), "data-control": true }));
  const show = () => boxes.forEach((box, at) => {
    box.checked = chosen.some((option) => option.value === element.options[at].value);
  });
  const group = h(
    "div",
    {
      class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": context.labelledBy ? null : "Options",
      "aria-labelledby": context.labelledBy, "aria-describedby": context.describedBy,
    },
    element.options.map((option, at) =>
      h("label", { class: "choice-line", for: boxes[at].id }, boxes[at], words(option, context.surface.viewer))),
  );
  const store = (options) => {
    chosen = options;
    context.surface.change(context.blockId, element.action_id, { type: element.type, ...stateOf(options) });
    show();
  };
  group.addEventListener("change", async () => {
    const before = chosen;
    store(element.options.filter((_, at) => boxes[at].checked));
    if (context.dispatches && !(await useElement(element, context, stateOf(chosen), group))) store(before);
  });
  show();
  return group;
}
