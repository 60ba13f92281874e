// Confirmation dialogs.

import { freshId, h } from "../dom.js";
import { plainWords, textNode } from "../text/text.js";

/** Show a `confirm` object, and return whether the person agreed. */
export function askToConfirm(question, viewer) {
  const title = freshId("confirm");
  const agree = h(
    "button",
    { type: "submit", value: "yes", class: question.style === "danger" ? "button danger" : "button primary" },
    plainWords(question.confirm) || "Yes",
  );
  const dialog = h(
    "dialog",
    { class: "confirm", "aria-labelledby": title },
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: title }, plainWords(question.title) || "Are you sure?"),
      question.text && textNode(question.text, viewer),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "submit", value: "no", class: "button" }, plainWords(question.deny) || "No"), agree),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  agree.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
