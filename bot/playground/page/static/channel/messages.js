// Messages in the channel.

import { drawBlocks } from "../blocks/blocks.js";
import { copyButton } from "../clipboard.js";
import { freshId, h } from "../dom.js";
import { menuButton } from "../elements/menu.js";
import { botFace, icon, letterFace } from "../icons.js";
import { fullTime, timeOf } from "../text/dates.js";
import { mrkdwnNodes } from "../text/mrkdwn.js";
import { fileNode } from "./files.js";

const HEADINGS = 2;

/**
 * Create a message of the bot or of a person. `isBroadcast` marks a thread reply that is also in the channel;
 * `shortcuts` are the app's for messages, and `choose(shortcut)` uses one.
 */
export function messageNode(message, surface, { botName, isBroadcast, shortcuts, choose }) {
  const { viewer } = surface;
  const author = message.user ? (viewer.nameOf(message.user) ?? message.user) : botName;
  const body = message.blocks?.length
    ? drawBlocks(message.blocks, surface, HEADINGS)
    : message.text && h("div", { class: "text" }, mrkdwnNodes(message.text, viewer));
  return frame({
    kind: message.seen_only_by ? "ephemeral" : "message",
    ts: message.ts,
    face: message.user ? letterFace(author) : botFace(),
    name: author,
    isApp: !message.user,
    viewer,
    mark: [message.seen_only_by && ephemeralMark(), isBroadcast && threadMark()],
    body: [body, (message.files ?? []).map(fileNode)],
    tools: [
      message.blocks?.length > 0 && copyButton(message.blocks, { compact: true }),
      // Slack has no shortcuts on what only one person sees.
      !message.seen_only_by && shortcuts.length > 0 && shortcutMenu(shortcuts, choose),
    ].filter(Boolean),
  });
}

function shortcutMenu(shortcuts, choose) {
  const items = shortcuts.map((shortcut) => ({ words: shortcut.name, more: shortcut.description, choose: () => choose(shortcut) }));
  return menuButton(items, { class: "tool", title: "More actions", "aria-label": "More actions" });
}

/** Create a notice from Slackbot; with problems, it is about a message that Slack refused. */
export function noticeNode(notice, viewer) {
  const refused = notice.problems?.length > 0;
  return frame({
    kind: refused ? "refusal" : "notice",
    ts: notice.ts,
    face: letterFace("S", "slackbot"),
    name: "Slackbot",
    viewer,
    mark: notice.person !== null && ephemeralMark(),
    body: [
      h("div", { class: "text" }, notice.text),
      refused && h("ul", { class: "problems" }, notice.problems.map((problem) => h("li", {}, problem))),
    ],
  });
}

/** Create the line for a command that was sent. */
export function commandNode(exchange, viewer) {
  return h("p", { class: "typed-command", "data-kind": "command" },
    "You used ", h("code", {}, exchange.title), " ", timeNode(exchange.ts, viewer));
}

/** Return the plain text of a message and the names of its files, for screen readers. */
export function plainText(message, viewer) {
  const names = (message.files ?? []).map((file) => `File ${file.name}`);
  return [h("div", {}, mrkdwnNodes(message.text ?? "", viewer)).textContent, ...names].filter(Boolean).join(". ");
}

/** Convert a message's `ts` to milliseconds. */
export function momentOf(ts) {
  return Number(ts) * 1000;
}

function ephemeralMark() {
  return h("p", { class: "message-mark" }, icon("eye"), "Only visible to you");
}

function threadMark() {
  return h("p", { class: "message-mark" }, icon("thread"), "Replied in a thread, and sent to the channel");
}

function frame({ kind, ts, face, name, isApp = false, viewer, mark, body, tools = [] }) {
  const nameId = freshId("author");
  return h(
    "article",
    { class: `message ${kind}`, "data-ts": ts, "data-kind": kind, "aria-labelledby": nameId },
    face,
    h(
      "div",
      { class: "message-words" },
      mark,
      h("header", { class: "message-head", id: nameId },
        h("span", { class: "author" }, name), " ", isApp && h("span", { class: "badge" }, "APP"), " ", timeNode(ts, viewer)),
      h("div", { class: "message-body" }, body),
      h("div", { class: "thread-slot" }),
    ),
    tools.length > 0 && h("div", { class: "tools" }, tools),
  );
}

function timeNode(ts, { zone }) {
  const ms = momentOf(ts);
  return h("time", { class: "sent-at", datetime: new Date(ms).toISOString(), title: fullTime(ms, zone) }, timeOf(ms, zone));
}
