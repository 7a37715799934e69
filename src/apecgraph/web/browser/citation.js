// Where a row of an answer comes from, as a fold-out in the table (docs/sparql.md, "Answers that cite").

import { gettext, spelled } from "./language.js";
import { untraced } from "./untraced.js";

// Return the element for a row, given the member `citations` of the answer and the number of the row.
export function citation(citations, number, vocabulary) {
  const row = citations.rows?.[number] ?? citations;
  if (row.because) return note(untraced(row.because));
  const folded = document.createElement("details");
  const summary = document.createElement("summary");
  const count = row.sources.length;
  summary.textContent = count === 1 ? gettext("1 source") : gettext("%(number)s sources", { number: spelled(count) });
  const list = document.createElement("ul");
  const claims = new Set(row.statements.flatMap((each) => citations.statements[each].claims));
  for (const iri of row.sources) {
    const { title, publisher, origin, issued } = citations.sources[iri];
    const words = [publisher, origin, issued];
    for (const { source, printed, place, status } of [...claims].map((claim) => citations.claims[claim])) {
      if (source === iri) words.push(printed, place, status.endsWith("/stands") || vocabulary.name(status));
    }
    list.append(item(iri, title, [...new Set(words)].filter((word) => word?.length), vocabulary));
  }
  for (const iri of row.decisions) {
    const { title, verdict } = citations.decisions[iri];
    list.append(item(iri, title, [verdict], vocabulary));
  }
  folded.append(summary, list);
  if (row.disputed) folded.append(note(gettext("A decision leaves this open.")));
  if (row.omits) folded.append(note(gettext("The row rests on further statements of these sources.")));
  return folded;
}

function item(iri, title, words, vocabulary) {
  const element = document.createElement("li");
  const link = document.createElement("a");
  link.href = vocabulary.link(iri) ?? iri;
  link.textContent = title;
  element.append(link, ` (${words.join(", ")})`);
  return element;
}

function note(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
