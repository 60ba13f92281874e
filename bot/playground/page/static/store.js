// All the page knows: the workspace, what happened in it, and through whose eyes it is looked at.

const REMEMBERED = "playground.place";

/** Holds the state and sends an event of the same name for each kind of change. */
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

  /** Take in one event of the feed. */
  receive(name, data) {
    if (name === "workspace") this.#replace(data);
    else if (name === "message") this.#message(data);
    else if (name === "notice") this.#add("notice", this.notices, noticeKey(data), data);
    else if (name === "exchange") this.#add("exchange", this.exchanges, data.id, data);
    else if (name === "view") this.#view(data);
    else if (name === "channels") this.#rearrange(data.channels);
    else if (name === "fault") {
      this.fault = data.fault;
      this.#tell("fault");
    }
  }

  /** View the workspace as a person. */
  readAs(personId) {
    const wasDirect = this.channel.kind === "im";
    this.person = this.workspace.people.find((person) => person.id === personId) ?? this.workspace.people[0];
    const direct = this.visibleChannels.find(({ kind }) => kind === "im");
    this.channel = wasDirect ? direct : this.#channelOr(this.channel.id);
    this.unread.clear();
    this.#remember();
    this.#tell("place");
  }

  /** Go to a channel. */
  goTo(channelId) {
    this.channel = this.#channelOr(channelId);
    this.unread.delete(this.channel.id);
    this.#remember();
    this.#tell("place");
  }

  /** What drawing needs to know of who reads: the zone, and the names behind ids. */
  get viewer() {
    const { people, groups, bot } = this.workspace;
    const channels = this.visibleChannels;
    return {
      me: this.person,
      zone: this.person.tz,
      channelHere: this.channel,
      people,
      channels,
      bot,
      nameOf: (id) => [...people, bot].find((one) => one.id === id)?.name,
      channelNamed: (id) => channels.find((channel) => channel.id === id)?.name,
      groupNamed: (id) => groups.find((group) => group.id === id)?.handle,
    };
  }

  /** Where this person can look: the public channels, the private ones they are in, and their direct message. */
  get visibleChannels() {
    return this.workspace.channels.filter(({ kind, members }) => kind === "public" || members.includes(this.person.id));
  }

  /** Messages of this channel that this person sees, oldest first. */
  get visibleMessages() {
    const here = [...this.messages.values()].filter((message) => message.channel === this.channel.id);
    return here.filter((message) => this.#isForReader(message));
  }

  /** What Slackbot told this person, or everybody, here. */
  get visibleNotices() {
    return [...this.notices.values()].filter(
      ({ channel, person }) => channel === this.channel.id && (person === null || person === this.person.id),
    );
  }

  /** Commands this person typed here. */
  get visibleCommands() {
    return this.typedCommands.filter((exchange) => exchange.channel === this.channel.id);
  }

  /** Commands this person typed anywhere. */
  get typedCommands() {
    return [...this.exchanges.values()].filter(
      (exchange) => exchange.kind === "command" && exchange.person === this.person.id,
    );
  }

  /** Modals this person has open, the top one last. */
  get openViews() {
    return [...this.views.values()].filter((view) => view.user === this.person.id);
  }

  #channelOr(channelId) {
    const channels = this.visibleChannels;
    return channels.find((channel) => channel.id === channelId) ?? channels[0];
  }

  // Somebody joined or left, or a channel was archived or is gone: who looked at it may have to look elsewhere.
  #rearrange(channels) {
    this.workspace.channels = channels;
    const { id } = this.channel;
    this.channel = this.#channelOr(id);
    this.#tell(this.channel.id === id ? "workspace" : "place");
  }

  #isForReader(message) {
    if (!this.visibleChannels.some(({ id }) => id === message.channel)) return false;
    return !message.seen_only_by || message.seen_only_by === this.person.id;
  }

  #replace(data) {
    const known = this.workspace !== null;
    this.messages = keyed(data.messages, (message) => message.ts, this.messages);
    this.notices = keyed(data.notices, noticeKey, this.notices);
    this.views = keyed(data.views, (view) => view.id, this.views);
    this.exchanges = keyed(data.exchanges, (exchange) => exchange.id, this.exchanges);
    this.workspace = data;
    this.fault = data.fault;
    const place = known ? { person: this.person.id, channel: this.channel.id } : recall();
    this.person = data.people.find((person) => person.id === place.person) ?? data.people[0];
    this.channel = this.#channelOr(place.channel);
    this.#tell("workspace");
  }

  #message({ kind, message }) {
    const isNew = kind !== "deleted" && !this.messages.has(message.ts);
    if (kind === "deleted") this.messages.delete(message.ts);
    else this.messages.set(message.ts, message);
    if (isNew && message.channel !== this.channel.id && this.#isForReader(message)) this.unread.add(message.channel);
    this.#tell("message", { message, isNew });
  }

  #view({ kind, view }) {
    if (kind === "closed") this.views.delete(view.id);
    else this.views.set(view.id, view);
    this.#tell("view");
  }

  #add(name, map, key, value) {
    map.set(key, value);
    this.#tell(name, { value });
  }

  #remember() {
    try {
      sessionStorage.setItem(REMEMBERED, JSON.stringify({ person: this.person.id, channel: this.channel.id }));
    } catch {
      // A browser that keeps nothing starts at the first person and channel each time.
    }
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function noticeKey(notice) {
  return `${notice.ts}/${notice.person}`;
}

// An entry that is the same as before keeps its identity: what was drawn from it need not be drawn again.
function keyed(list, keyOf, before) {
  return new Map(
    list.map((entry) => {
      const old = before.get(keyOf(entry));
      return [keyOf(entry), old && JSON.stringify(old) === JSON.stringify(entry) ? old : entry];
    }),
  );
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {};
  }
}
