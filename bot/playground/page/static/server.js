// The playground's server: acts go to it, and everything that happens comes from it.

const SECRET = decodeURIComponent(location.hash.slice(1));
const RETRY_AFTER = 2000;

/** What the page says when its address lacks the secret. */
export const NO_SECRET = "Open the address that the terminal shows: it ends in #…";
/** What it says when the secret is an earlier playground's. */
export const OLD_SECRET = "This playground was started anew: open the address that the terminal shows now.";

/** Whether the page was opened with a secret at all. */
export function hasSecret() {
  return SECRET !== "";
}

/** Do something as a person; the answer, or an Error whose message is meant for people. */
export async function act(what) {
  return post("/actions", what);
}

/** Make the simulated Cloudflare well or ill. */
export async function setFault(fault) {
  return post("/fault", { fault });
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Playground-Secret": SECRET },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The playground can't be reached just now.");
  }
  if (response.status === 401) throw new Error(OLD_SECRET);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.ok === false) throw new Error(answer.error || `The playground answered ${response.status}.`);
  return answer;
}

/**
 * Follow what happens for as long as the page lives.
 * `onEvent(name, data)` is told of everything, `onState("open" | "lost" | "refused")` of the connection.
 */
export async function follow(onEvent, onState) {
  for (;;) {
    const refused = await followOnce(onEvent, onState);
    if (refused) {
      onState("refused");
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
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (waiting + value.replaceAll("\r", "")).split("\n\n");
    waiting = events.pop();
    for (const event of events) tell(event, onEvent);
  }
}

function tell(event, onEvent) {
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
    // One event that can't be shown must not end the connection that brings the next.
    console.error(error);
  }
}
