// The connection to the playground's server.

const SECRET = decodeURIComponent(location.hash.slice(1));
const RETRY_AFTER = 2000;

/** Shown if the address has no secret. */
export const NO_SECRET = "Open the address that the terminal shows: it ends in #…";
/** Shown if the secret belongs to an earlier playground. */
export const OLD_SECRET = "The playground was restarted: open the address that the terminal shows now.";

/** Return whether the page was opened with a secret. */
export function hasSecret() {
  return SECRET !== "";
}

/** Send an action of a person; return the answer, or throw an Error whose message people can read. */
export async function sendAction(what) {
  return post("/actions", what);
}

/** Select a fault of the simulated Cloudflare. */
export async function setFault(fault) {
  return post("/fault", { fault });
}

/** Load the content of a message's file. */
export async function fetchFile(id) {
  const response = await request(`/files/${encodeURIComponent(id)}`);
  return response.blob();
}

async function post(path, body) {
  const response = await request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return response.json();
}

async function request(path, { headers, ...options } = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...headers, "X-Playground-Secret": SECRET } });
  } catch {
    throw new Error("The playground can't be reached.");
  }
  if (response.status === 401) throw new Error(OLD_SECRET);
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Error(answer.error || `The playground answered ${response.status}.`);
}

/**
 * Receive events while the page is open.
 * `onEvent(name, data)` receives every event, `onState("open" | "lost" | "unauthorized")` the state of the connection.
 */
export async function follow(onEvent, onState) {
  for (;;) {
    const isUnauthorized = await followOnce(onEvent, onState);
    if (isUnauthorized) {
      onState("unauthorized");
      return;
    }
    onState("lost");
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
  }
}

async function followOnce(onEvent, onState) {
  try {
    const response = await fetch("/feed", { headers: { "X-Playground-Secret": SECRET } });
    if (response.status === 401) return true;
    if (!response.ok) return false;
    onState("open");
    await readEvents(response.body, onEvent);
  } catch (error) {
    // A broken connection is a TypeError and is tried again; anything else is a fault of this page.
    if (!(error instanceof TypeError) && error.name !== "NetworkError") console.error(error);
  }
  return false;
}

async function readEvents(stream, onEvent) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (pending + value.replaceAll("\r", "")).split("\n\n");
    pending = events.pop();
    for (const event of events) parseEvent(event, onEvent);
  }
}

function parseEvent(event, onEvent) {
  let name = "message";
  const data = [];
  for (const line of event.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5));
  }
  if (data.length === 0) return;
  try {
    onEvent(name, JSON.parse(data.join("\n")));
  } catch (error) {
    // A failed event must not end the connection.
    console.error(error);
  }
}
