// Builds DOM nodes. Text only ever becomes text nodes, so nothing a message holds can turn into markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `on…` properties become listeners, false and null ones are left out. */
export function h(tag, properties = {}, ...children) {
  return furnish(document.createElement(tag), properties, children);
}

/** An SVG element, made in the same way. */
export function svg(tag, properties = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), properties, children);
}

function furnish(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let count = 0;

/** An id that nothing else on the page has, for labels to point at. */
export function freshId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/** The address if it may be followed from here, else null: no `javascript:`, no `data:`. */
export function safeAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:", "mailto:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere and tells that place nothing; mere text where the address is not safe. */
export function link(address, ...children) {
  const href = safeAddress(address);
  if (href === null) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
