// The colour scheme: the system's until the person chooses one.

const STORAGE_KEY = "playground.scheme";
const SYSTEM = matchMedia("(prefers-color-scheme: dark)");

/** Apply the saved scheme. */
export function applyScheme() {
  const chosen = loadScheme();
  if (chosen) document.documentElement.dataset.scheme = chosen;
}

/** Return whether the page is dark. */
export function isDark() {
  return (document.documentElement.dataset.scheme ?? (SYSTEM.matches ? "dark" : "light")) === "dark";
}

/** Switch to the other scheme, and save it. */
export function switchScheme() {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.scheme = chosen;
  try {
    localStorage.setItem(STORAGE_KEY, chosen);
  } catch {
    // Without storage, the choice is lost on reload.
  }
}

/** Call a listener when the system's scheme changes. */
export function onSystemScheme(listener) {
  SYSTEM.addEventListener("change", listener);
}

function loadScheme() {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    return ["light", "dark"].includes(chosen) ? chosen : null;
  } catch {
    return null;
  }
}
