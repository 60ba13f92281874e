// Slack's date formats, in the viewer's time zone.

import { h, link } from "../dom.js";

const DAY = 86_400_000;
const HALF_A_YEAR = 183 * DAY;
const DATES = ["_num", "_slash", "_long_full", "_long_pretty", "_long", "_short_pretty", "_short", "_pretty", ""];
const TOKEN = new RegExp(`\\{(${DATES.map((kind) => `date${kind}`).join("|")}|day_divider_pretty|time_secs|time|ago)\\}`, "g");
const formatters = new Map();

// Creating a formatter is slow, and there are only a few.
function getFormatter(ms, zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, formatter(zone, options));
  return formatters.get(key);
}

function formatter(zone, options) {
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone });
  } catch {
    // The browser does not know the zone.
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
  }
}

function format(ms, zone, options) {
  return getFormatter(ms, zone, options).format(ms);
}

function numbers(ms, zone) {
  const options = {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23",
  };
  const parts = getFormatter(ms, zone, options).formatToParts(ms);
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
}

/** Return the day number of a time in a zone. */
export function dayOf(ms, zone) {
  const { year, month, day } = numbers(ms, zone);
  return Date.UTC(year, month - 1, day) / DAY;
}

// The browser's language decides between 14:03 and 2:03 PM.
const TWELVE_HOURS = new Intl.DateTimeFormat(navigator.language, { hour: "numeric" }).resolvedOptions().hour12;

/** Format a time: `2:03 PM` or `14:03`. */
export function timeOf(ms, zone, seconds = false) {
  const options = { hour: TWELVE_HOURS ? "numeric" : "2-digit", minute: "2-digit", hourCycle: TWELVE_HOURS ? "h12" : "h23" };
  return format(ms, zone, seconds ? { ...options, second: "2-digit" } : options);
}

/** Format the divider between days: `Monday, November 23rd`, or Today and Yesterday. */
export function dayDivider(ms, zone) {
  return relativeDay(ms, zone, true) ?? longDate(ms, zone, true);
}

/** Format a time with date, seconds and zone. */
export function fullTime(ms, zone) {
  return `${longDate(ms, zone, true, true)} at ${timeOf(ms, zone, true)} (${zone.replaceAll("_", " ")})`;
}

function relativeDay(ms, zone, capital) {
  const word = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayOf(ms, zone) - dayOf(Date.now(), zone)];
  return word && capital ? word[0].toUpperCase() + word.slice(1) : word;
}

// Slack omits the year of dates within half a year.
function year(ms, zone, always) {
  return always || Math.abs(ms - Date.now()) > HALF_A_YEAR ? `, ${numbers(ms, zone).year}` : "";
}

function longDate(ms, zone, weekday = false, withYear = false) {
  const { day } = numbers(ms, zone);
  const name = weekday ? `${format(ms, zone, { weekday: "long" })}, ` : "";
  return `${name}${format(ms, zone, { month: "long" })} ${ordinal(day)}${year(ms, zone, withYear)}`;
}

function shortDate(ms, zone) {
  return format(ms, zone, { month: "short", day: "numeric" }) + year(ms, zone);
}

function ordinal(day) {
  const ending = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${day}${ending[new Intl.PluralRules("en", { type: "ordinal" }).select(day)]}`;
}

// `3 minutes ago`, `in 2 hours`.
function ago(ms) {
  const seconds = (ms - Date.now()) / 1000;
  const units = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / length), unit);
}

function fillTemplate(format, ms, zone) {
  const { year: y, month, day } = numbers(ms, zone);
  const two = (number) => String(number).padStart(2, "0");
  return format.replace(TOKEN, (_, token, place) => {
    const pretty = token.endsWith("_pretty") ? relativeDay(ms, zone, place === 0) : undefined;
    if (pretty) return pretty;
    switch (token) {
      case "date_num": return `${y}-${two(month)}-${two(day)}`;
      case "date_slash": return `${two(day)}/${two(month)}/${y}`;
      case "date": case "date_pretty": return longDate(ms, zone);
      case "date_short": case "date_short_pretty": return shortDate(ms, zone);
      case "date_long_full": return longDate(ms, zone, false, true);
      case "time": return timeOf(ms, zone);
      case "time_secs": return timeOf(ms, zone, true);
      case "ago": return ago(ms);
      default: return longDate(ms, zone, true);
    }
  });
}

/** Create the node of a date token, with the full time as a tooltip. */
export function dateNode({ seconds, format, address, fallback, zone }) {
  const ms = Number(seconds) * 1000;
  // Beyond JavaScript's range of dates; Slack shows the fallback, too.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return document.createTextNode(fallback);
  const node = h(
    "time",
    { datetime: new Date(ms).toISOString(), title: fullTime(ms, zone), "data-ages": format.includes("{ago}") && format },
    fillTemplate(format, ms, zone),
  );
  return address ? link(address, node) : node;
}

/** Update relative times such as “3 minutes ago”. */
export function refreshAges(root, zone) {
  for (const node of root.querySelectorAll("time[data-ages]")) {
    node.textContent = fillTemplate(node.dataset.ages, Date.parse(node.dateTime), zone);
  }
}

/** Convert a local time of a zone, `2026-11-23T14:03`, to Unix time. */
export function secondsAt(wallTime, zone) {
  const wanted = Date.parse(`${wallTime}Z`);
  let moment = wanted;
  // Twice, as the first guess may be on the other side of a clock change.
  for (let round = 0; round < 2; round += 1) moment += wanted - wallTimeMs(moment, zone);
  return moment / 1000;
}

/** Convert Unix time to a local time of a zone, `2026-11-23T14:03`. */
export function wallTimeAt(seconds, zone) {
  return new Date(wallTimeMs(seconds * 1000, zone)).toISOString().slice(0, 16);
}

function wallTimeMs(ms, zone) {
  const { year: y, month, day, hour, minute, second } = numbers(ms, zone);
  return Date.UTC(y, month - 1, day, hour, minute, second);
}
