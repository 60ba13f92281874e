// The block container: blocks under a title, which may fold.

import { freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { richText, richTextWords } from "../text/rich_text.js";
import { plainWords, textNode } from "../text/text.js";

/** The block `container`; `drawChildren` draws the blocks inside of it. */
export function containerBlock(block, { surface, viewer, level }, drawChildren) {
  const [titleId, bodyId] = [freshId("container"), freshId("container")];
  const rich = block.rich_text_title;
  // The title also tells containers apart: the ids of blocks may be new in each version of a message.
  const words = rich ? richTextWords(rich) : plainWords(block.title);
  const subtitle = block.subtitle && h("div", { class: "container-subtitle" }, textNode(block.subtitle, viewer));
  const body = h("div", { class: "container-body", id: bodyId, role: "group", "aria-labelledby": titleId }, drawChildren(block.child_blocks));
  const heading = (node) => h("div", { role: "heading", "aria-level": level, class: "container-heading" }, node);
  const box = (head) => h(
    "div",
    { class: `container ${block.width ?? "standard"}` },
    h("div", { class: block.has_header_divider ? "container-head divided" : "container-head" }, head, subtitle),
    body,
  );
  if (!block.is_collapsible) return box(heading(h("div", { id: titleId }, rich ? richText(rich, viewer) : words)));

  const toggle = h(
    "button",
    { type: "button", class: "fold", id: titleId, "aria-controls": bodyId, onclick: () => show(!body.hidden) },
    icon("down"),
    words,
  );
  const show = (isFolded) => {
    body.hidden = isFolded;
    toggle.setAttribute("aria-expanded", !isFolded);
    surface.fold(words, isFolded);
  };
  show(surface.isFolded(words, block.default_collapsed === true));
  return box(heading(toggle));
}
