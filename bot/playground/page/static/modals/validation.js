// Slack's own validation of forms.

const MISSING = "This field is required.";

/** Return the problems of a modal's inputs by block id. */
export function problemsOf(blocks, values) {
  const inputs = blocks.filter((block) => block.type === "input");
  const found = inputs.map((block) => [block.block_id, problemOf(block, values[block.block_id]?.[block.element.action_id])]);
  return Object.fromEntries(found.filter(([, problem]) => problem));
}

function problemOf({ element, optional }, state) {
  // The playground can't upload files, so they are not required.
  if (element.type === "file_input") return null;
  const [value] = Object.entries(state ?? {}).filter(([key]) => key !== "type").map(([, entry]) => entry);
  if (value === null || value === undefined || value.length === 0) return optional ? null : MISSING;
  switch (element.type) {
    case "plain_text_input": return lengthProblem(element, value);
    case "email_text_input": return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "This is not an email address.";
    case "url_text_input": return URL.canParse(value) ? null : "This is not a URL; URLs begin with https://.";
    case "number_input": return numberProblem(element, Number(value));
    default: return null;
  }
}

function lengthProblem({ min_length: min = 0, max_length: max = Infinity }, { length }) {
  if (length < min) return `At least ${min} characters are required; there are ${length}.`;
  return length > max ? `At most ${max} characters are allowed; there are ${length}.` : null;
}

function numberProblem({ min_value: min = -Infinity, max_value: max = Infinity, is_decimal_allowed: decimal }, number) {
  if (!Number.isFinite(number)) return "This is not a number.";
  if (!decimal && !Number.isInteger(number)) return "Enter a whole number.";
  if (number < Number(min)) return `Enter at least ${min}.`;
  return number > Number(max) ? `Enter at most ${max}.` : null;
}
