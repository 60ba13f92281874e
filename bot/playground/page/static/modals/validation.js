// What Slack itself checks before a form reaches the bot.

const MISSING = "This has to be filled in.";

/** Problems of a modal's inputs by block id, as far as they can be told without the bot. */
export function problemsOf(blocks, values) {
  const inputs = blocks.filter((block) => block.type === "input");
  const found = inputs.map((block) => [block.block_id, problemOf(block, values[block.block_id]?.[block.element.action_id])]);
  return Object.fromEntries(found.filter(([, problem]) => problem));
}

function problemOf({ element, optional }, state) {
  // Files can't be given here, so they can't be asked for either.
  if (element.type === "file_input") return null;
  const [value] = Object.entries(state ?? {}).filter(([key]) => key !== "type").map(([, entry]) => entry);
  if (value === null || value === undefined || value.length === 0) return optional ? null : MISSING;
  switch (element.type) {
    case "plain_text_input": return lengthProblem(element, value);
    case "email_text_input": return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "This is not an email address.";
    case "url_text_input": return URL.canParse(value) ? null : "This is not a web address: those begin with https://.";
    case "number_input": return numberProblem(element, Number(value));
    default: return null;
  }
}

function lengthProblem({ min_length: least = 0, max_length: most = Infinity }, { length }) {
  if (length < least) return `At least ${least} characters, please: these are ${length}.`;
  return length > most ? `No more than ${most} characters, please: these are ${length}.` : null;
}

function numberProblem({ min_value: least = -Infinity, max_value: most = Infinity, is_decimal_allowed: decimal }, number) {
  if (!Number.isFinite(number)) return "This is not a number.";
  if (!decimal && !Number.isInteger(number)) return "A whole number, please.";
  if (number < Number(least)) return `No less than ${least}, please.`;
  return number > Number(most) ? `No more than ${most}, please.` : null;
}
