// The answer to a query, for a frame in a page of another site: the query is in the fragment of the address.

import "./editor.css";
import { ask } from "./ask.js";
import { gettext, tag } from "./language.js";
import { Results } from "./results.js";
import { address } from "./sharing.js";
import { Terms } from "./terms.js";
import { Vocabulary } from "./vocabulary.js";

const place = document.getElementById("answer");
const asked = new URLSearchParams(location.hash.slice(1));
const query = asked.get("query") ?? "";
const { endpoint, names, vocabulary } = place.dataset;
document.getElementById("source").href = address(query, false, endpoint);
try {
  const [known, answer] = await Promise.all([
    fetch(`${vocabulary}?${new URLSearchParams({ lang: tag })}`).then((response) => response.json()),
    ask(endpoint, query),
  ]);
  const terms = new Terms(new Vocabulary(known), names);
  const results = new Results(place, terms, Object.assign(() => {}, { applies: () => false }));
  results.view = asked.get("view") ?? results.view;
  results.show(answer);
} catch (error) {
  place.textContent = error.message || gettext("There is no answer.");
}
