// The state of the page: the workspace, its events, and the viewer.

const STORAGE_KEY = "playground.location";

/** Holds the state, and emits an event for each kind of change. */
export class Store extends EventTarget {
  workspace = null;
  fault = "none";
  person = null;
  channel = null;
  messages = new Map();
  notices = new Map();
  views = new Map();
  exchanges = new Map();
  unread = new Set();

  /** Process an event of the feed. */
  receive(name, data) {
    if (name === "workspace") this.#replace(data);
    else if (name === "message") this.#message(data);
    else if (name === "notice") this.#add("notice", this.notices, noticeKey(data), data);
    else if (name === "exchange") this.#add("exchange", this.exchanges, data.id, data);
    else if (name === "view") this.#view(data);
    else if (name === "channels") this.#setChannels(data.channels);
    else if (name === "fault") {
      this.fault = data.fault;
      this.#emit("fault");
    }
  }

  /** View the workspace as a person. */
  viewAs(personId) {
    const wasDirect = this.channel.kind === "im";
    this.person = this.workspace.people.find((person) => person.id === personId) ?? this.workspace.people[0];
    const direct = this.visibleChannels.find(({ kind }) => kind === "im");
    this.channel = wasDirect ? direct : this.#channelOr(this.channel.id);
    this.unread.clear();
    this.#saveLocation();
    this.#emit("location");
  }

  /** Open a channel. */
  openChannel(channelId) {
    this.channel = this.#channelOr(channelId);
    this.unread.delete(this.channel.id);
    this.#saveLocation();
    this.#emit("location");
  }

  /** The viewer's time zone; a profile may have none. */
  get zone() {
    return this.person.tz || "UTC";
  }

  /** The viewer's time zone, and names for ids. */
  get viewer() {
    const { people, groups, bot } = this.workspace;
    const channels = this.visibleChannels;
    return {
      me: this.person,
      zone: this.zone,
      channelHere: this.channel,
      people,
      channels,
      bot,
      nameOf: (id) => [...people, bot].find((one) => one.id === id)?.name,
      channelNamed: (id) => channels.find((channel) => channel.id === id)?.name,
      groupNamed: (id) => groups.find((group) => group.id === id)?.handle,
    };
  }

  /** The channels that the viewer can open. */
  get visibleChannels() {
    return this.workspace.channels.filter(({ kind, members }) => kind === "public" || members.includes(this.person.id));
  }

  /** Messages of the channel that the viewer sees, oldest first. */
  get visibleMessages() {
    const here = [...this.messages.values()].filter((message) => message.channel === this.channel.id);
    return here.filter((message) => this.#isVisible(message));
  }

  /** Notices of the channel for the viewer. */
  get visibleNotices() {
    return [...this.notices.values()].filter(
      ({ channel, person }) => channel === this.channel.id && (person === null || person === this.person.id),
    );
  }

  /** Commands that the viewer sent in the channel. */
  get visibleCommands() {
    return this.typedCommands.filter((exchange) => exchange.channel === this.channel.id);
  }

  /** All commands that the viewer sent. */
  get typedCommands() {
    return [...this.exchanges.values()].filter(
      (exchange) => exchange.kind === "command" && exchange.person === this.person.id,
    );
  }

  /** Open modals of the viewer, the top one last. */
  get openViews() {
    return [...this.views.values()].filter((view) => view.user === this.person.id);
  }

  #channelOr(channelId) {
    const channels = this.visibleChannels;
    return channels.find((channel) => channel.id === channelId) ?? channels[0];
  }

  // If the open channel is no longer visible, open another one.
  #setChannels(channels) {
    this.workspace.channels = channels;
    const { id } = this.channel;
    this.channel = this.#channelOr(id);
    this.#emit(this.channel.id === id ? "workspace" : "location");
  }

  #isVisible(message) {
    if (!this.visibleChannels.some(({ id }) => id === message.channel)) return false;
    return !message.seen_only_by || message.seen_only_by === this.person.id;
  }

  #replace(data) {
    const known = this.workspace !== null;
    this.messages = indexBy(data.messages, (message) => message.ts, this.messages);
    this.notices = indexBy(data.notices, noticeKey, this.notices);
    this.views = indexBy(data.views, (view) => view.id, this.views);
    this.exchanges = indexBy(data.exchanges, (exchange) => exchange.id, this.exchanges);
    this.workspace = data;
    this.fault = data.fault;
    const location = known ? { person: this.person.id, channel: this.channel.id } : loadLocation();
    this.person = data.people.find((person) => person.id === location.person) ?? data.people[0];
    this.channel = this.#channelOr(location.channel);
    this.#emit("workspace");
  }

  #message({ kind, message }) {
    const isNew = kind !== "deleted" && !this.messages.has(message.ts);
    if (kind === "deleted") this.messages.delete(message.ts);
    else this.messages.set(message.ts, message);
    if (isNew && message.channel !== this.channel.id && this.#isVisible(message)) this.unread.add(message.channel);
    this.#emit("message", { message, isNew });
  }

  #view({ kind, view }) {
    if (kind === "closed") this.views.delete(view.id);
    else this.views.set(view.id, view);
    this.#emit("view");
  }

  #add(name, map, key, value) {
    map.set(key, value);
    this.#emit(name, { value });
  }

  #saveLocation() {
    try {
      sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ person: this.person.id, channel: this.channel.id }));
    } catch {
      // Without storage, the page starts with the first person and channel.
    }
  }

  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function noticeKey(notice) {
  return `${notice.ts}/${notice.person}`;
}

// An unchanged entry keeps its identity, so that it is not redrawn.
function indexBy(list, keyOf, before) {
  return new Map(
    list.map((entry) => {
      const old = before.get(keyOf(entry));
      return [keyOf(entry), old && JSON.stringify(old) === JSON.stringify(entry) ? old : entry];
    }),
  );
}

function loadLocation() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY)) ?? {};
  } catch {
    return {};
  }
}
