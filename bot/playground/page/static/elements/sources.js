// Where the options of a menu come from: the block itself, the workspace, or the bot.

import { titleOf } from "../channel/naming.js";
import { plainWords } from "../text/text.js";

const TYPED_AT_LEAST = 3;

/** How the values of each kind of menu are called in Slack's payloads, and where its options come from. */
const KINDS = {
  static: { field: "option", wholes: true },
  external: { field: "option", wholes: true },
  users: { field: "user" },
  channels: { field: "channel" },
  conversations: { field: "conversation" },
};

/** What is particular to one menu element: how its state is written, and what it offers. */
export function sourceOf(element, place) {
  const [, many, kind] = element.type.match(/^(multi_)?(\w+)_select$/);
  const { field, wholes } = KINDS[kind];
  const key = many ? `${field}s` : field;
  const groups = groupsFor(element, kind, place.surface.viewer);
  const named = (id) => groups[0].options.find((option) => option.value === id) ?? optionOf(id, id);
  const initial = element[`initial_${key}`] ?? conversationHere(element, groups, place.surface.viewer);
  return {
    many: Boolean(many),
    asks: kind === "external",
    least: element.min_query_length ?? TYPED_AT_LEAST,
    begin: { type: element.type, [`selected_${key}`]: many ? [initial ?? []].flat() : initial },
    /** The part of the state that says what is chosen. */
    state: (options) => {
      const chosen = wholes ? options : options.map((option) => option.value);
      return { [`selected_${key}`]: many ? chosen : (chosen[0] ?? null) };
    },
    /** The same read back. */
    chosen: (state) => {
      const values = [state[`selected_${key}`] ?? []].flat();
      return wholes ? values : values.map(named);
    },
    groups: (typed) => (kind === "external" ? asked(element, place, typed) : matching(groups, typed)),
  };
}

function groupsFor(element, kind, viewer) {
  if (kind === "static" || kind === "external") return groupsOf(element);
  if (kind === "users") return [{ label: null, options: peopleOf(viewer) }];
  const filter = kind === "channels" ? { include: ["public"] } : (element.filter ?? {});
  return [{ label: null, options: channelsOf(viewer, filter) }];
}

// Where the person is, if that is among what can be chosen.
function conversationHere(element, groups, { channelHere }) {
  const wanted = element.default_to_current_conversation && groups[0].options.some(({ value }) => value === channelHere.id);
  return wanted ? channelHere.id : null;
}

function peopleOf({ people }) {
  return people.map((person) => optionOf(person.id, person.real_name || person.name));
}

// The only direct message is the one with the bot.
function channelsOf({ channels, bot }, { include, exclude_bot_users: withoutBots = false }) {
  const shown = channels.filter(
    ({ kind, is_archived: isArchived }) =>
      !isArchived && (include?.includes(kind) ?? true) && !(kind === "im" && withoutBots),
  );
  return shown.map((channel) => optionOf(channel.id, titleOf(channel, bot)));
}

function optionOf(value, words) {
  return { value, text: { type: "plain_text", text: words, emoji: false } };
}

function groupsOf({ options, option_groups: groups }) {
  if (groups) return groups.map((group) => ({ label: plainWords(group.label), options: group.options ?? [] }));
  return [{ label: null, options: options ?? [] }];
}

function matching(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  return groups
    .map(({ label, options }) => ({
      label,
      options: options.filter((option) => plainWords(option.text).toLowerCase().includes(wanted)),
    }))
    .filter(({ options }) => options.length > 0);
}

async function asked(element, place, typed) {
  const answer = await place.surface.ask(place.blockId, element.action_id, typed);
  return groupsOf(answer).filter(({ options }) => options.length > 0);
}
