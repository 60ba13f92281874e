// Starts the page: fetches what there is, and lets each part know of what happens.

import { Composer } from "./channel/composer.js";
import { Feed } from "./channel/feed.js";
import { spokenWords } from "./channel/messages.js";
import { applyScheme } from "./channel/scheme.js";
import { Sidebar } from "./channel/sidebar.js";
import { iconOf, nameOf, titleOf } from "./channel/naming.js";
import { icon } from "./icons.js";
import { Modals } from "./modals/modal.js";
import { Requests } from "./requests/requests.js";
import { act, follow, hasSecret, NO_SECRET, OLD_SECRET, setFault } from "./server.js";
import { Store } from "./store.js";
import { refreshAges } from "./text/dates.js";
import { say } from "./toast.js";

const AGES_EVERY = 20_000;
const SPOKEN_AT_MOST = 200;
const STOPPED = "The playground has stopped. Start it again: ";

const part = (id) => document.getElementById(id);
const store = new Store();
const byReader = (what) => act({ person: store.person.id, channel: store.channel.id, ...what });
const suggest = (what) => byReader({ kind: "suggest", ...what });

applyScheme();
// Another address of the same page brings another secret.
addEventListener("hashchange", () => location.reload());
if (hasSecret()) start();
else gate(NO_SECRET);

function start() {
  const sidebar = new Sidebar(part("sidebar"), store, changeFault);
  const feed = new Feed(store, { frame: part("feed"), jump: part("jump"), act: byReader, suggest });
  const onClosed = (view) => store.receive("view", { kind: "closed", view });
  const modals = new Modals({ act: byReader, suggest, onClosed });
  const requests = new Requests(store, {
    panel: part("requests"), list: part("exchanges"), toggle: part("requests-toggle"), close: part("requests-close"),
  });
  const composer = new Composer(part("composer"), (text) => {
    feed.scrolling.toEnd();
    return byReader({ kind: "command", text });
  });
  let begun = false;

  function showPlace() {
    part("app").hidden = false;
    part("gate").hidden = true;
    sidebar.show();
    showChannel();
    composer.show(store);
    feed.restart();
    requests.restart();
    // Before any modal is shown, as that gives the keyboard back to where it found it.
    if (!begun) composer.focus();
    begun = true;
    modals.show(store.openViews, store.viewer);
  }

  store.addEventListener("place", () => {
    showPlace();
    openSidebar(false);
  });
  store.addEventListener("workspace", () => {
    if (!begun) {
      showPlace();
      return;
    }
    // After a break in the connection: whatever is as it was stays as it is.
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
    if (store.visibleMessages.includes(detail.message) && (detail.isNew || inUse)) tell(detail.message);
  });
  store.addEventListener("notice", ({ detail }) => {
    feed.refresh();
    if (store.visibleNotices.includes(detail.value)) part("announcements").textContent = `Slackbot: ${detail.value.text}`;
  });
  store.addEventListener("exchange", ({ detail }) => {
    if (detail.value.kind === "command") feed.refresh();
    requests.refresh();
  });
  store.addEventListener("view", () => {
    modals.show(store.openViews, store.viewer);
    // The button that opened a modal may be gone by the time the modal closes.
    if (document.activeElement === document.body) composer.focus();
  });
  store.addEventListener("fault", () => sidebar.show());

  furnish();
  setInterval(() => store.person && refreshAges(part("feed"), store.person.tz), AGES_EVERY);
  follow((name, data) => store.receive(name, data), showConnection);
}

function showChannel() {
  const { channel, workspace } = store;
  part("channel-name").replaceChildren(iconOf(channel), nameOf(channel, workspace.bot));
  part("account-description").textContent = workspace.account.description;
  part("feed").setAttribute("aria-label", `Messages in ${titleOf(channel, workspace.bot)}`);
  document.title = `${titleOf(channel, workspace.bot)} · ${workspace.team} · Playground`;
}

function furnish() {
  part("sidebar-toggle").append(icon("menu"));
  part("requests-close").append(icon("close"));
  part("requests-toggle").prepend(icon("requests"));
  part("sidebar-toggle").addEventListener("click", () => openSidebar(!isSidebarOpen()));
  part("sidebar").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isSidebarOpen()) return;
    openSidebar(false);
    part("sidebar-toggle").focus();
  });
  // On a narrow page the sidebar lies over the channel: a press beside it puts it away.
  part("app").addEventListener("pointerdown", (event) => {
    if (event.target.closest("#sidebar, #sidebar-toggle") === null) openSidebar(false);
  });
  // Not left to the browser, as the address's end holds the secret.
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    part("composer-text").focus();
  });
}

function isSidebarOpen() {
  return part("sidebar-toggle").getAttribute("aria-expanded") === "true";
}

function openSidebar(open) {
  part("sidebar-toggle").setAttribute("aria-expanded", open);
  part("app").classList.toggle("sidebar-open", open);
  if (open) part("sidebar").querySelector("[aria-current]")?.focus();
}

function showConnection(state) {
  const banner = part("banner");
  banner.hidden = state === "open";
  if (state === "open") return;
  const gone = state === "refused";
  if (store.workspace === null) {
    gate(...(gone ? [OLD_SECRET] : [STOPPED, "workflows-bot playground"]));
    return;
  }
  banner.replaceChildren(...(gone ? [OLD_SECRET] : [STOPPED, codeOf("workflows-bot playground")]));
}

function gate(words, command) {
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
    say(error.message, "problem");
    store.receive("fault", { fault: store.fault });
  }
}

function tell(message) {
  const words = spokenWords(message, store.viewer);
  const short = words.length > SPOKEN_AT_MOST ? `${words.slice(0, SPOKEN_AT_MOST)}…` : words;
  part("announcements").textContent = `${store.workspace.bot.name}: ${short}`;
}
