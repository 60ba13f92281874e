// Builds DOM nodes. Strings become text nodes only, so a message can't inject markup.

const SVG = "http://www.w3.org/2000/svg";

/** Create an HTML element; `on…` properties become listeners, false and null ones are omitted. */
export function h(tag, properties = {}, ...children) {
  return build(document.createElement(tag), properties, children);
}

/** Create an SVG element in the same way. */
export function svg(tag, properties = {}, ...children) {
  return build(document.createElementNS(SVG, tag), properties, children);
}

function build(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let count = 0;

/** Return a unique id, for labels. */
export function freshId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/** Return a safe URL, or null, for instance for `javascript:` and `data:`. */
export function safeAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:", "mailto:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

/** Create a link that opens in a new tab without a referrer, or a span if the URL is not safe. */
export function link(address, ...children) {
  const href = safeAddress(address);
  if (href === null) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
