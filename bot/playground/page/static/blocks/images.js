// Images from other servers, which may be unreachable.

import { h, safeAddress } from "../dom.js";

/** Create an image, or its alternative text if it can't be loaded. */
export function imageNode({ image_url: address, alt_text: words }, kind) {
  const missing = () => h("span", { class: `no-image ${kind}`, role: "img", "aria-label": words || "image" }, words || "image");
  if (!address || safeAddress(address)?.startsWith("http") !== true) return missing();
  const image = h("img", { class: kind, src: address, alt: words ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(missing()));
  return image;
}
