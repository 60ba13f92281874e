// Options that stand in the open: checkboxes and radio buttons.

import { freshId, h } from "../dom.js";
import { textNode } from "../text/text.js";
import { use } from "./acting.js";

/** The element `checkboxes`. */
export function checkboxes(element, place) {
  const initial = { type: element.type, selected_options: element.initial_options ?? [] };
  const begun = place.surface.begin(place.blockId, element.action_id, initial).selected_options;
  return choices(element, place, "checkbox", begun, (chosen) => ({ selected_options: chosen }));
}

/** The element `radio_buttons`. */
export function radioButtons(element, place) {
  const initial = { type: element.type, selected_option: element.initial_option ?? null };
  const begun = place.surface.begin(place.blockId, element.action_id, initial).selected_option;
  return choices(element, place, "radio", begun ? [begun] : [], (chosen) => ({ selected_option: chosen[0] ?? null }));
}

function words({ text, description }, viewer) {
  const more = description && h("span", { class: "option-more" }, textNode(description, viewer, "span"));
  return h("span", {}, textNode(text, viewer, "span"), more);
}

function choices(element, place, type, begun, stateOf) {
  const name = freshId("choice");
  let chosen = begun;
  const boxes = element.options.map((option) => h("input", { type, name, id: freshId("option"), "data-control": true }));
  const show = () => boxes.forEach((box, at) => {
    box.checked = chosen.some((option) => option.value === element.options[at].value);
  });
  const group = h(
    "div",
    {
      class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": place.labelledBy ? null : "Options",
      "aria-labelledby": place.labelledBy, "aria-describedby": place.describedBy,
    },
    element.options.map((option, at) =>
      h("label", { class: "choice-line", for: boxes[at].id }, boxes[at], words(option, place.surface.viewer))),
  );
  const keep = (options) => {
    chosen = options;
    place.surface.change(place.blockId, element.action_id, { type: element.type, ...stateOf(options) });
    show();
  };
  group.addEventListener("change", async () => {
    const before = chosen;
    keep(element.options.filter((_, at) => boxes[at].checked));
    if (place.acts && !(await use(element, place, stateOf(chosen), group))) keep(before);
  });
  show();
  return group;
}
