// Files of messages.

import { h } from "../dom.js";
import { withBusy } from "../elements/interaction.js";
import { icon } from "../icons.js";
import { fetchFile } from "../server.js";
import { preNode } from "../text/code.js";

const UNITS = ["bytes", "KB", "MB"];
const KEPT = 60_000;

/** Create the card of a file: its name, its size, its first lines, and a button to save it. */
export function fileNode(file) {
  const save = h(
    "button",
    { type: "button", class: "small-button", "aria-label": `Download ${file.name}`, onclick: () => withBusy(save, () => download(file)) },
    icon("download"),
    "Download",
  );
  const preview = file.preview && h("div", { class: "text file-preview" }, preNode(file.preview));
  return h(
    "div",
    { class: "file", role: "group", "aria-label": `File ${file.name}` },
    h("div", { class: "file-head" },
      icon("file"),
      h("div", { class: "file-words" },
        h("p", { class: "file-name" }, file.name),
        h("p", { class: "faint" }, [file.title !== file.name && file.title, sizeOf(file.size)].filter(Boolean).join(" · "))),
      save),
    preview,
    file.preview_is_truncated && h("p", { class: "faint" }, "The file goes on. Download it to see all of it."),
  );
}

// The address of the server alone opens nothing, as its secret is in a header: so the content is loaded, then saved.
async function download({ id, name }) {
  const address = URL.createObjectURL(await fetchFile(id));
  h("a", { href: address, download: name }).click();
  // The browser may still be reading.
  setTimeout(() => URL.revokeObjectURL(address), KEPT);
}

/** Return a size in words, such as `12.5 KB`. */
function sizeOf(bytes) {
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), UNITS.length - 1);
  return `${new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 }).format(bytes / 1000 ** power)} ${UNITS[power]}`;
}
