// What a channel is called on the page. A direct message is called after who is at its other end: the bot.

import { icon } from "../icons.js";

const ICONS = { public: "channel", private: "lock", im: "direct" };

/** `ops` or `workflows`: its name without a sign. */
export function nameOf(channel, bot) {
  return channel.kind === "im" ? bot.name : channel.name;
}

/** `#ops` or `workflows`. */
export function titleOf(channel, bot) {
  return channel.kind === "im" ? bot.name : `#${channel.name}`;
}

/** The drawing that stands for its kind. */
export function iconOf(channel) {
  return icon(ICONS[channel.kind]);
}
