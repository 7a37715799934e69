// Why an answer has no rows: the first triple pattern with which nothing is left, and terms like those in it.

import { ask } from "./ask.js";
import { gettext } from "./language.js";
import { isType, isVariable, read } from "./syntax.js";
import { element } from "./table.js";

const PATIENCE = 3000; // milliseconds for each question
const MOST_PATTERNS = 20;
const NEAR = 5;

// Explain an empty answer: return the line and an element, or undefined. `change` is called with a mended text.
export async function explain(text, { endpoint, completion, change }) {
  const query = read(text);
  const outer = query.patterns.filter(({ groups }) => groups.length === 1).slice(0, MOST_PATTERNS);
  const prologue = text.match(/^(?:\s|#[^\n]*\n|(?:PREFIX|BASE)\s[^>]*>)*/i)[0];
  const matches = async (patterns) => {
    const question = `${prologue}\nASK {\n${patterns.map(spelt).join("\n")}\n}`;
    return (await ask(endpoint, question, { signal: AbortSignal.timeout(PATIENCE) })).boolean;
  };
  // More patterns never match more, so the first one with which nothing is left is found by halving.
  let [first, last] = [1, outer.length];
  if (!last || (await matches(outer))) return undefined;
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if (await matches(outer.slice(0, middle))) first = middle + 1;
    else last = middle;
  }
  const pattern = outer[first - 1];
  const alone = first > 1 && (await matches([pattern]));
  const words = spelt(pattern).slice(0, -2);
  const told = alone
    ? gettext("%(pattern)s matches something, but nothing that the patterns before it match.", { pattern: words })
    : gettext("Nothing matches %(pattern)s.", { pattern: words });
  const shown = element("p", { className: "problem", role: "alert", textContent: told });
  const near = await neighbours(pattern, { ...query, patterns: outer.slice(0, first - 1) }, completion, alone);
  if (near.length) {
    shown.append(" ", gettext("There is:"), " ");
    for (const { token, found } of near) {
      const button = element("button", { type: "button", className: "plain", textContent: found.names[0] ?? found.written });
      button.title = found.written;
      button.addEventListener("click", () => {
        change(text.slice(0, token.start) + found.written + text.slice(token.end));
      });
      shown.append(button, " ");
    }
  }
  return { line: text.slice(0, pattern.end).split("\n").length - 1, shown };
}

function spelt({ subject, path, object }) {
  return `${subject.text} ${path.map(({ text }) => text).join("")} ${object.text} .`;
}

// What could stand instead: other values of the property, or, if no such thing has it, other properties.
async function neighbours({ subject, path, object }, query, completion, isMatched) {
  const { vocabulary } = completion;
  const values = isType({ path }) ? vocabulary.sizes() : await completion.values(subject, path, query);
  if (values.length && !isVariable(object)) return nearest(values, object).map((found) => ({ token: object, found }));
  if (path.length !== 1 || isMatched) return [];
  const properties = vocabulary.properties(vocabulary.classes(subject, query));
  return nearest(properties, path[0]).map((found) => ({ token: path[0], found }));
}

// The terms whose names are the most similar to a token, by the pairs of letters that they share (Dice's coefficient).
function nearest(terms, { text }) {
  const own = pairs(text.replace(/^.*[/#:]/, "").replace(/\W+$/, ""));
  const likeness = ({ spellings }) =>
    Math.max(...spellings.map((each) => (2 * own.filter((pair) => pairs(each).includes(pair)).length) / (own.length + pairs(each).length || 1)));
  return terms
    .map((term) => ({ term, rank: likeness(term) }))
    .sort((one, other) => other.rank - one.rank)
    .slice(0, NEAR)
    .map(({ term }) => term);
}

function pairs(text) {
  const letters = [...text.toLowerCase().replace(/^.*[/#:]/, "")];
  return letters.slice(1).map((letter, at) => letters[at] + letter);
}
