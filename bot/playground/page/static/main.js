// Starts the page: loads the state and forwards events to each part.

import { Composer } from "./channel/composer.js";
import { Feed } from "./channel/feed.js";
import { plainText } from "./channel/messages.js";
import { applyScheme } from "./channel/scheme.js";
import { Sidebar } from "./channel/sidebar.js";
import { iconOf, nameOf, titleOf } from "./channel/naming.js";
import { Drawer } from "./drawer.js";
import { icon } from "./icons.js";
import { Modals } from "./modals/modal.js";
import { Requests } from "./requests/requests.js";
import { sendAction, follow, hasSecret, NO_SECRET, OLD_SECRET, setFault } from "./server.js";
import { Store } from "./store.js";
import { refreshAges } from "./text/dates.js";
import { showToast } from "./toast.js";

const NARROW = "(max-width: 50em)";
const AGES_INTERVAL = 20_000;
const MAX_ANNOUNCEMENT = 200;
const STOPPED = "The playground has stopped. Start it again: ";

const part = (id) => document.getElementById(id);
const store = new Store();
const sendAsViewer = (what) => sendAction({ person: store.person.id, channel: store.channel.id, ...what });
const suggest = (what) => sendAsViewer({ kind: "suggest", ...what });

applyScheme();
// Another fragment has another secret.
addEventListener("hashchange", () => location.reload());
if (hasSecret()) start();
else showGate(NO_SECRET);

function start() {
  const sidebar = new Sidebar(part("sidebar"), store, changeFault);
  const feed = new Feed(store, { frame: part("feed"), jump: part("jump"), sendAction: sendAsViewer, suggest });
  const onClosed = (view) => store.receive("view", { kind: "closed", view });
  const modals = new Modals({ sendAction: sendAsViewer, suggest, onClosed });
  const requests = new Requests(store, {
    panel: part("requests"), list: part("exchanges"), toggle: part("requests-toggle"), close: part("requests-close"),
    behind: [part("channel"), part("sidebar"), part("skip")],
  });
  const sidebarDrawer = new Drawer(part("sidebar"), {
    toggle: part("sidebar-toggle"), narrow: NARROW, behind: [part("channel"), part("requests"), part("skip")],
    show: (isOpen) => part("app").classList.toggle("sidebar-open", isOpen),
  });
  const composer = new Composer(part("composer"), (text) => {
    feed.scrolling.scrollToEnd();
    return sendAsViewer({ kind: "command", text });
  });
  let isStarted = false;

  function showLocation() {
    part("app").hidden = false;
    part("gate").hidden = true;
    sidebar.show();
    showChannel();
    composer.show(store);
    feed.restart();
    requests.restart();
    // Before any modal opens, as a closing modal restores the focus.
    if (!isStarted) composer.focus();
    isStarted = true;
    modals.show(store.openViews, store.viewer);
  }

  store.addEventListener("location", () => {
    showLocation();
    sidebarDrawer.open(false);
  });
  store.addEventListener("workspace", () => {
    if (!isStarted) {
      showLocation();
      return;
    }
    // After a reconnect, unchanged parts stay as they are.
    sidebar.show();
    composer.show(store);
    feed.refresh();
    requests.refresh();
    modals.show(store.openViews, store.viewer);
  });
  store.addEventListener("message", ({ detail }) => {
    const inUse = document.activeElement?.closest("[data-key]")?.dataset.key === detail.message.ts;
    feed.refresh();
    if (store.unread.has(detail.message.channel)) sidebar.show();
    const isOwn = detail.message.user === store.person.id;
    if (store.visibleMessages.includes(detail.message) && (detail.isNew || inUse) && !isOwn) announce(detail.message);
  });
  store.addEventListener("notice", ({ detail }) => {
    feed.refresh();
    if (store.visibleNotices.includes(detail.value)) part("announcements").textContent = `Slackbot: ${detail.value.text}`;
  });
  store.addEventListener("exchange", ({ detail }) => {
    if (detail.value.kind === "command") {
      feed.refresh();
      composer.showGuide(store);
    }
    requests.refresh();
  });
  store.addEventListener("view", () => {
    modals.show(store.openViews, store.viewer);
    // The button that opened a modal may not exist any more when the modal closes.
    if (document.activeElement === document.body) composer.focus();
  });
  store.addEventListener("fault", () => sidebar.show());

  part("sidebar-toggle").addEventListener("click", () => {
    sidebarDrawer.open(true);
    part("sidebar").querySelector("[aria-current]")?.focus();
  });
  bindControls();
  setInterval(() => store.person && refreshAges(part("feed"), store.zone), AGES_INTERVAL);
  follow((name, data) => store.receive(name, data), showConnection);
}

function showChannel() {
  const { channel, workspace } = store;
  part("channel-name").replaceChildren(iconOf(channel), nameOf(channel, workspace.bot));
  part("account-description").textContent = workspace.account.description;
  part("feed").setAttribute("aria-label", `Messages in ${titleOf(channel, workspace.bot)}`);
  document.title = `${titleOf(channel, workspace.bot)} · ${workspace.team} · Playground`;
}

function bindControls() {
  part("sidebar-toggle").append(icon("menu"));
  part("requests-close").append(icon("close"));
  part("requests-toggle").prepend(icon("requests"));
  // The browser would replace the fragment, which holds the secret.
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    part("composer-text").focus();
  });
}

function showConnection(state) {
  const banner = part("banner");
  banner.hidden = state === "open";
  if (state === "open") return;
  const isUnauthorized = state === "unauthorized";
  if (store.workspace === null) {
    showGate(...(isUnauthorized ? [OLD_SECRET] : [STOPPED, "workflows-bot playground"]));
    return;
  }
  banner.replaceChildren(...(isUnauthorized ? [OLD_SECRET] : [STOPPED, codeOf("workflows-bot playground")]));
}

function showGate(words, command) {
  part("app").hidden = true;
  part("gate").hidden = false;
  const line = document.createElement("p");
  line.append(words, ...(command ? [codeOf(command)] : []));
  part("gate").replaceChildren(line);
}

function codeOf(text) {
  const code = document.createElement("code");
  code.textContent = text;
  return code;
}

async function changeFault(fault) {
  try {
    await setFault(fault);
    store.receive("fault", { fault });
  } catch (error) {
    showToast(error.message, "problem");
    store.receive("fault", { fault: store.fault });
  }
}

function announce(message) {
  const words = plainText(message, store.viewer);
  const short = words.length > MAX_ANNOUNCEMENT ? `${words.slice(0, MAX_ANNOUNCEMENT)}…` : words;
  const author = message.user ? store.viewer.nameOf(message.user) : store.workspace.bot.name;
  part("announcements").textContent = `${author}: ${short}`;
}
