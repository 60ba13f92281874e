// Common emoji shortcodes; unknown ones stay as text.

const COMMON = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", ok_hand: "👌", wave: "👋", clap: "👏", raised_hands: "🙌",
  pray: "🙏", muscle: "💪", point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇", eyes: "👀",
  brain: "🧠", robot_face: "🤖", smile: "😄", smiley: "😃", grinning: "😀", slightly_smiling_face: "🙂", wink: "😉",
  joy: "😂", sweat_smile: "😅", thinking_face: "🤔", neutral_face: "😐", cry: "😢", sob: "😭", scream: "😱",
  sunglasses: "😎", tada: "🎉", sparkles: "✨", fire: "🔥", rocket: "🚀", star: "⭐", heart: "❤️", broken_heart: "💔",
  zap: "⚡", boom: "💥", bulb: "💡", bell: "🔔", no_bell: "🔕", mega: "📣", loudspeaker: "📢", white_check_mark: "✅",
  heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎", warning: "⚠️",
  rotating_light: "🚨", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", construction: "🚧", sos: "🆘",
  exclamation: "❗", question: "❓", grey_question: "❔", information_source: "ℹ️", bangbang: "‼️", "100": "💯",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢",
  large_blue_circle: "🔵", large_purple_circle: "🟣", large_brown_circle: "🟤", black_circle: "⚫",
  white_circle: "⚪", large_red_square: "🟥", large_orange_square: "🟧", large_yellow_square: "🟨",
  large_green_square: "🟩", large_blue_square: "🟦", large_purple_square: "🟪", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", watch: "⌚", clock1: "🕐", clock3: "🕒",
  clock9: "🕘", calendar: "📆", date: "📅", spiral_calendar_pad: "🗓️", zzz: "💤", double_vertical_bar: "⏸️",
  arrow_forward: "▶️", arrow_backward: "◀️", black_square_for_stop: "⏹️", fast_forward: "⏩", rewind: "⏪",
  repeat: "🔁", arrows_counterclockwise: "🔄", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️",
  arrow_down: "⬇️", arrow_upper_right: "↗️", leftwards_arrow_with_hook: "↩️", heavy_plus_sign: "➕",
  heavy_minus_sign: "➖", mag: "🔍", mag_right: "🔎", lock: "🔒", unlock: "🔓", key: "🔑", link: "🔗", paperclip: "📎",
  pushpin: "📌", round_pushpin: "📍", label: "🏷️", bookmark: "🔖", memo: "📝", pencil2: "✏️", clipboard: "📋",
  page_facing_up: "📄", books: "📚", file_folder: "📁", open_file_folder: "📂", package: "📦", inbox_tray: "📥",
  outbox_tray: "📤", email: "📧", envelope: "✉️", speech_balloon: "💬", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", bar_chart: "📊", gear: "⚙️", wrench: "🔧", hammer: "🔨",
  hammer_and_wrench: "🛠️", toolbox: "🧰", bug: "🐛", microscope: "🔬", test_tube: "🧪", shield: "🛡️", computer: "💻",
  desktop_computer: "🖥️", floppy_disk: "💾", cloud: "☁️", sunny: "☀️", umbrella: "☔", snowflake: "❄️",
  globe_with_meridians: "🌐", earth_africa: "🌍", earth_americas: "🌎", ghost: "👻", skull: "💀", coffee: "☕",
  beers: "🍻", pizza: "🍕", cake: "🍰", gift: "🎁", trophy: "🏆", medal: "🏅", dart: "🎯", money_with_wings: "💸",
  credit_card: "💳", house: "🏠", office: "🏢", hospital: "🏥", car: "🚗", airplane: "✈️", ship: "🚢", train: "🚆",
  recycle: "♻️", new: "🆕", ok: "🆗", cool: "🆒", free: "🆓", up: "🆙", trash: "🗑️", wastebasket: "🗑️",
};

/** Return the emoji of a shortcode, or null. */
export function emojiNamed(name) {
  const plain = name.split("::")[0];
  return Object.hasOwn(COMMON, plain) ? COMMON[plain] : null;
}

/** Replace `:shortcodes:` in a text by emoji. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/gi, (typed, name) => emojiNamed(name.toLowerCase()) ?? typed);
}
