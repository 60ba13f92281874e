// Sources of a menu's options: the block, the workspace, or the bot.

import { titleOf } from "../channel/naming.js";
import { plainWords } from "../text/text.js";

const DEFAULT_MIN_LENGTH = 3;

/** The field of each kind of menu in Slack's payloads, and whether it contains whole options. */
const KINDS = {
  static: { field: "option", wholeOptions: true },
  external: { field: "option", wholeOptions: true },
  users: { field: "user" },
  channels: { field: "channel" },
  conversations: { field: "conversation" },
};

/** Return the source of a menu element: its state format and its options. */
export function sourceOf(element, context) {
  const [, isMulti, kind] = element.type.match(/^(multi_)?(\w+)_select$/);
  const { field, wholeOptions } = KINDS[kind];
  const key = isMulti ? `${field}s` : field;
  const groups = groupsFor(element, kind, context.surface.viewer);
  const optionWithId = (id) => groups[0].options.find((option) => option.value === id) ?? optionOf(id, id);
  const initial = element[`initial_${key}`] ?? conversationHere(element, groups, context.surface.viewer);
  return {
    isMulti: Boolean(isMulti),
    isRemote: kind === "external",
    minLength: element.min_query_length ?? DEFAULT_MIN_LENGTH,
    initial: { type: element.type, [`selected_${key}`]: isMulti ? [initial ?? []].flat() : initial },
    /** Return the state for the chosen options. */
    state: (options) => {
      const chosen = wholeOptions ? options : options.map((option) => option.value);
      return { [`selected_${key}`]: isMulti ? chosen : (chosen[0] ?? null) };
    },
    /** Return the chosen options of a state. */
    chosen: (state) => {
      const values = [state[`selected_${key}`] ?? []].flat();
      return wholeOptions ? values : values.map(optionWithId);
    },
    groups: (typed) => (kind === "external" ? fetchGroups(element, context, typed) : matching(groups, typed)),
  };
}

function groupsFor(element, kind, viewer) {
  if (kind === "static" || kind === "external") return groupsOf(element);
  if (kind === "users") return [{ label: null, options: peopleOf(viewer) }];
  const filter = kind === "channels" ? { include: ["public"] } : (element.filter ?? {});
  return [{ label: null, options: channelsOf(viewer, filter) }];
}

// Return the current channel if it is one of the options.
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

async function fetchGroups(element, context, typed) {
  const answer = await context.surface.fetchOptions(context.blockId, element.action_id, typed);
  return groupsOf(answer).filter(({ options }) => options.length > 0);
}
