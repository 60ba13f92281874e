// One exchange between Slack and the bot, as a disclosure.

import { momentOf } from "../channel/messages.js";
import { copyButton } from "../clipboard.js";
import { h } from "../dom.js";
import { timeOf } from "../text/dates.js";

const PROMPT_SECONDS = 1.5;
const KINDS = {
  command: "command", message: "message", action: "click", view_action: "click in a modal", submit: "modal submitted", close: "modal closed",
  suggest: "menu search", shortcut: "message shortcut", web_api: "the bot called Slack",
};

/** Create the disclosure of an exchange. */
export function exchangeNode(exchange, viewer) {
  const body = h("div", { class: "exchange-body" });
  const marks = { "data-ack": ackState(exchange), "data-refused": exchange.answers.some(isRefused) };
  const node = h("details", { class: "exchange", "data-exchange": exchange.id, ...marks }, summary(exchange, viewer), body);
  // The JSON is only drawn when it is opened.
  node.addEventListener("toggle", () => {
    if (node.open && !body.hasChildNodes()) body.append(...parts(exchange));
  });
  return node;
}

/** Return `waiting`, `prompt`, `late`, `failed`, or `none` if the bot acted on its own. */
export function ackState({ kind, ack, failure }) {
  if (failure || ack?.status >= 400) return "failed";
  if (kind === "web_api") return "none";
  if (!ack) return "waiting";
  return ack.seconds < PROMPT_SECONDS ? "prompt" : "late";
}

function summary(exchange, viewer) {
  const refused = exchange.answers.filter(isRefused).length;
  const state = ackState(exchange);
  const who = exchange.person ? (viewer.nameOf(exchange.person) ?? exchange.person) : null;
  const when = timeOf(momentOf(exchange.ts), viewer.zone, true);
  return h(
    "summary",
    {},
    h("span", { class: "exchange-title" }, exchange.title),
    h("span", { class: "exchange-who" }, [who, KINDS[exchange.kind] ?? exchange.kind, when].filter(Boolean).join(" · ")),
    h(
      "span",
      { class: "exchange-marks" },
      state !== "none" && h("span", { class: `mark ${state}`, "data-waiting": state === "waiting" }, ackLabel(exchange)),
      callsAreKnown(exchange) && h("span", { class: "mark calls" }, callsLabel(exchange)),
      refused > 0 && h("span", { class: "mark failed" }, `${refused} refused`),
      exchange.answers.some((answer) => answer.is_membership_check) && h("span", { class: "mark" }, "not in the channel"),
    ),
  );
}

function ackLabel({ ack, failure }) {
  if (failure) return "not acknowledged";
  return ack ? `ack ${formatDuration(ack.seconds)}` : "waiting";
}

// Calls are matched by the id of the acknowledged request: without an ack they are unknown.
function callsAreKnown({ ack, calls }) {
  return Boolean(ack) || calls.length > 0;
}

// A call is counted when it has ended. Until there is an answer, a call may be running.
function callsLabel({ calls, ack, answers }) {
  const count = calls.length === 1 ? "1 call" : `${calls.length} calls`;
  const unanswered = ack?.body === "" && answers.length === 0;
  return calls.length === 0 && unanswered ? `${count} so far` : count;
}

function parts(exchange) {
  const { sent, ack, failure, answers, calls } = exchange;
  return [
    sent && part(`Slack sent · ${sent.as}`, json(sent.payload)),
    failure && part("Failed", h("p", { class: "refused" }, failure)),
    ack && part(
      `Acknowledged · ${ack.status} after ${formatDuration(ack.seconds)}`,
      ack.body === "" ? h("p", { class: "faint" }, "with an empty body") : body(ack.body),
    ),
    ...answers.map((answer) => part(
      `Answered by ${answer.via} · ${answer.status} after ${formatDuration(answer.after)}`,
      isRefused(answer) && h("p", { class: "refused" }, `Slack refused it: ${answer.error ?? answer.status}`),
      answer.is_membership_check && h("p", { class: "faint" }, `A check of membership: Slack says ${answer.error}`),
      answer.problems?.length > 0 && h("ul", { class: "problems" }, answer.problems.map((problem) => h("li", {}, problem))),
      body(answer.body),
    )),
    callsAreKnown(exchange) && part("Calls to Cloudflare", calls.length
      ? h("ol", { class: "calls" }, calls.map(callNode))
      : h("p", { class: "faint" }, callsLabel(exchange))),
  ].filter(Boolean);
}

function part(title, ...content) {
  return h("section", { class: "exchange-part" }, h("h3", {}, title), content);
}

function body(content) {
  if (content === null || content === undefined) return null;
  const blocks = blocksIn(content);
  return [blocks.length > 0 && copyButton(blocks), json(content)];
}

function json(value) {
  return h("pre", { class: "json", tabindex: 0 }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

function blocksIn(content) {
  const found = content?.blocks ?? content?.view?.blocks ?? [];
  return Array.isArray(found) ? found : [];
}

function isRefused({ error, status, problems, is_membership_check: isMembershipCheck }) {
  return !isMembershipCheck && (Boolean(error) || status >= 400 || problems?.length > 0);
}

// The query is shown decoded, with one parameter per line.
function callNode({ path, outcome, seconds }) {
  const [pathname, query = ""] = path.split("?");
  const parameters = [...new URLSearchParams(query)];
  return h(
    "li",
    {},
    h("p", {}, h("span", { class: outcome === "200" ? "mark prompt" : "mark failed" }, outcome), ` ${formatDuration(seconds)}`),
    h("code", { class: "path" }, decodePath(pathname)),
    parameters.length > 0 && h("ul", { class: "parameters" }, parameters.map(([name, value]) =>
      h("li", {}, h("code", {}, `${name} = ${value}`)))),
  );
}

function decodePath(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function formatDuration(seconds) {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}
