// Light or dark: the system's choice until the person makes one.

const REMEMBERED = "playground.scheme";
const SYSTEM = matchMedia("(prefers-color-scheme: dark)");

/** Put the remembered choice into effect. */
export function applyScheme() {
  const chosen = remembered();
  if (chosen) document.documentElement.dataset.scheme = chosen;
}

/** Whether the page is dark now. */
export function isDark() {
  return (document.documentElement.dataset.scheme ?? (SYSTEM.matches ? "dark" : "light")) === "dark";
}

/** Go to the other scheme, and remember it. */
export function switchScheme() {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.scheme = chosen;
  try {
    localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Be told when the system changes its mind. */
export function onSystemScheme(listener) {
  SYSTEM.addEventListener("change", listener);
}

function remembered() {
  try {
    const chosen = localStorage.getItem(REMEMBERED);
    return ["light", "dark"].includes(chosen) ? chosen : null;
  } catch {
    return null;
  }
}
