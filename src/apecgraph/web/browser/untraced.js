// Why an answer or a row is not traced, in the language of the page: answers have the reason in English (query/citing).

import { gettext } from "./language.js";

const REASONS = [
  [/^it has more than (?<most>[\d,]+) rows: ask for fewer with LIMIT$/, (values) => gettext("Not traced, because it has more than %(most)s rows: ask for fewer with LIMIT.", values)],
  [/^it has more than (?<most>[\d,]+) triple patterns$/, (values) => gettext("Not traced, because it has more than %(most)s triple patterns.", values)],
  [/^it is not understood at “(?<text>.*)”$/s, (values) => gettext("Not traced, because it is not understood at “%(text)s”.", values)],
  [/^each evaluation gives another answer$/, () => gettext("Not traced, because each evaluation gives another answer.")],
  [/^that takes too long: ask for less$/, () => gettext("Not traced, because that takes too long: ask for less.")],
  [/^ASK has groups$/, () => gettext("Not traced, because ASK has groups.")],
  [/^a GRAPH whose name is a variable has a SELECT in it$/, () => gettext("Not traced, because a GRAPH whose name is a variable has a SELECT in it.")],
  [/^a SELECT inside of the query has both DISTINCT and LIMIT$/, () => gettext("Not traced, because a SELECT inside of the query has both DISTINCT and LIMIT.")],
  [/^a GRAPH has a SELECT with groups in it$/, () => gettext("Not traced, because a GRAPH has a SELECT with groups in it.")],
  [/^a path excludes properties by “!”$/, () => gettext("Not traced, because a path excludes properties by “!”.")],
  [/^a path repeats a property by “\*” or “\+”$/, () => gettext("Not traced, because a path repeats a property by “*” or “+”.")],
  [/^a path has “\?” after several steps$/, () => gettext("Not traced, because a path has “?” after several steps.")],
  [/^the row was not found again: the query chooses it without an order$/, () => gettext("Not traced, because the row was not found again: the query chooses it without an order.")],
  [/^the engine refuses the query that would trace it$/, () => gettext("Not traced, because the engine refuses the query that would trace it.")],
  [/^the engine could not evaluate the queries that trace it: (?<error>.*)$/s, (values) => gettext("Not traced, because the engine could not evaluate the queries that trace it: %(error)s", values)],
  [/^only queries in SPARQL 1\.1 are: (?<error>.*)$/s, (values) => gettext("Not traced, because only queries in SPARQL 1.1 are: %(error)s", values)],
  [/^another engine holds the release, /, () => gettext("Not traced, because another engine holds the release, and the thousands of look-ups that a citation takes would each be a request to it.")],
];

// Return the sentence for a reason; one that is not known here stays in English.
export function untraced(because) {
  for (const [pattern, sentence] of REASONS) {
    const found = pattern.exec(because);
    if (found) return sentence(found.groups ?? {});
  }
  return gettext("Not traced, because %(reason)s.", { reason: because });
}
