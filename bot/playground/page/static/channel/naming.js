// Names of channels and people. A direct message has the name of the bot.

import { icon } from "../icons.js";

const ICONS = { public: "channel", private: "lock", im: "direct" };

/** Return the name without a prefix: `ops` or `workflows`. */
export function nameOf(channel, bot) {
  return channel.kind === "im" ? bot.name : channel.name;
}

/** Return the name with a prefix: `#ops` or `workflows`. */
export function titleOf(channel, bot) {
  return channel.kind === "im" ? bot.name : `#${channel.name}`;
}

/** Return the icon for the kind of a channel. */
export function iconOf(channel) {
  return icon(ICONS[channel.kind]);
}

/** Return a person's name, and what they are here if they are no full member. */
export function titleOfPerson(person) {
  const name = person.real_name || person.name;
  if (person.team) return `${name} (other workspace)`;
  return person.guest ? `${name} (guest)` : name;
}
