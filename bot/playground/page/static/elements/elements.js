// Block elements. Each type has its own module.

import { imageNode } from "../blocks/images.js";
import { unknown } from "../blocks/unknown.js";
import { h } from "../dom.js";
import { button, overflow } from "./buttons.js";
import { choiceMenu } from "./choices.js";
import { fileInput, numberInput, richTextInput, textInput } from "./inputs.js";
import { checkboxes, radioButtons } from "./options.js";
import { datePicker, dateTimePicker, timePicker } from "./pickers.js";

const DRAWN_BY = {
  button,
  overflow,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: numberInput,
  rich_text_input: richTextInput,
  file_input: fileInput,
  image: (element) => imageNode(element, "thumbnail"),
};
const MENU = /^(multi_)?(static|external|users|channels|conversations)_select$/;

/**
 * Draw an element. `context` has its `surface`, its `blockId`, whether it `dispatches` actions at once,
 * and for inputs the ids of the label and the description.
 */
export function drawElement(element, context) {
  const draw = MENU.test(element.type) ? choiceMenu : DRAWN_BY[element.type];
  if (!draw) return unknown("element", element);
  const node = draw(element, context);
  // Identifies the control after its message is redrawn.
  if (element.action_id) node.dataset.actionId = element.action_id;
  return h("div", { class: "element", "data-element": element.type }, node);
}
