// Block Kit: each block as an element of the page.

import { freshId, h } from "../dom.js";
import { drawElement } from "../elements/elements.js";
import { icon } from "../icons.js";
import { richText } from "../text/rich_text.js";
import { plainWords, textNode } from "../text/text.js";
import { chartBlock } from "./charts.js";
import { containerBlock } from "./container.js";
import { dataTable, tableBlock } from "./tables.js";
import { unknown } from "./unknown.js";

const DRAWN_BY = {
  actions: (block, context) => h("div", { class: "actions" }, block.elements.map((element) => drawElement(element, context))),
  alert: alertBlock,
  container: (block, context) => containerBlock(block, context, (blocks) => blockNodes(blocks, context.surface, context.level + 1)),
  context: contextBlock,
  data_table: dataTable,
  data_visualization: chartBlock,
  divider: () => h("hr"),
  header: headerBlock,
  input: inputBlock,
  rich_text: (block, { viewer }) => richText(block, viewer),
  section: sectionBlock,
  table: tableBlock,
};

/** Draw the blocks of a message or modal; `level` is the heading level. */
export function drawBlocks(blocks, surface, level) {
  surface.resetControls();
  return blockNodes(blocks, surface, level);
}

function blockNodes(blocks, surface, level) {
  return blocks.map((block) =>
    h("div", { class: `block ${block.type}-block`, "data-block-id": block.block_id }, drawBlock(block, surface, level)));
}

function drawBlock(block, surface, level) {
  try {
    const draw = DRAWN_BY[block.type];
    const context = { surface, viewer: surface.viewer, blockId: block.block_id, dispatches: true, level };
    return draw ? draw(block, context) : unknown("block", block);
  } catch (error) {
    // A malformed block of a known type must not break the rest of the message.
    console.warn(`A ${block.type} block could not be drawn:`, error);
    return unknown("block", block);
  }
}

function headerBlock(block, { level }) {
  return h("p", { class: "block-header", role: "heading", "aria-level": level }, plainWords(block.text));
}

function sectionBlock(block, context) {
  const words = h(
    "div",
    { class: "section-words" },
    block.text && textNode(block.text, context.viewer),
    block.fields && h("div", { class: "fields" }, block.fields.map((field) => textNode(field, context.viewer))),
  );
  const accessory = block.accessory && h("div", { class: "accessory" }, drawElement(block.accessory, context));
  return h("div", { class: "section" }, words, accessory);
}

function contextBlock(block, { viewer }) {
  return h("div", { class: "context" }, block.elements.map((element) =>
    textNode(element, viewer, "span")));
}

function alertBlock(block, { viewer }) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  return h("div", { class: `alert ${level}`, role: "note" }, icon("warning"), textNode(block.text, viewer));
}

// An input with its label, its hint and its error message.
function inputBlock(block, context) {
  const [label, hint, error] = [freshId("label"), freshId("hint"), freshId("error")];
  const optional = block.optional === true;
  const node = drawElement(block.element, {
    ...context,
    dispatches: block.dispatch_action === true,
    labelledBy: label,
    describedBy: block.hint ? hint : null,
    optional,
    required: optional ? null : "true",
  });
  const control = node.querySelector("[data-control]");
  const labelNode = h("div", { class: "input-label", id: label },
    plainWords(block.label), optional && h("span", { class: "optional" }, " (optional)"));
  labelNode.addEventListener("click", () => control?.focus());
  if (block.element.focus_on_load) control?.setAttribute("data-first", "");
  return h(
    "div",
    { class: "input" },
    labelNode,
    node,
    h("p", { class: "input-error", id: error, hidden: true }),
    block.hint && h("p", { class: "hint", id: hint }, plainWords(block.hint)),
  );
}
