// The examples: links become links to the editor with the query, which a field searches.

import { gettext, tag } from "./language.js";
import { address } from "./sharing.js";
import { element } from "./table.js";

export class Examples {
  // `queries` has the queries of the examples that have a page, by its path. `open` is called if the
  // example that is chosen is already in the address.
  constructor(place, queries, open) {
    this.titles = new Map();
    for (const link of place.querySelectorAll(".example a")) {
      const { pathname, search, textContent: title } = link;
      const query = (queries[pathname] ?? new URLSearchParams(search).get("query")).trimEnd();
      this.titles.set(query, title);
      link.href = address(query);
      link.addEventListener("click", () => link.hash === location.hash && open());
      if (pathname in queries) {
        const page = element("a", { href: pathname, textContent: gettext("page") });
        page.ariaLabel = gettext("The page about: %(question)s", { question: title });
        link.after(" · ", page);
      }
    }
    const field = element("input", { type: "search", placeholder: gettext("Search the examples") });
    field.setAttribute("aria-label", gettext("Search the examples"));
    field.addEventListener("input", () => this.search(place, field.value));
    this.none = element("p", { hidden: true, textContent: gettext("No example has these words.") });
    place.prepend(element("p", {}, field), this.none);
  }

  // A text without the question of an example at its head, unless it is that example: other values answer another one.
  untitled(text) {
    const lines = text.split("\n");
    const isHead = lines[0].startsWith("#") && !this.titles.has(text.trimEnd());
    const example = isHead && [...this.titles.keys()].find((each) => each.startsWith(`${lines[0]}\n`));
    if (!example) return text;
    return lines.slice(lines.findIndex((line) => !line.startsWith("#") || !example.includes(line))).join("\n");
  }

  search(place, text) {
    const words = text.toLocaleLowerCase(tag).split(/\s+/).filter(Boolean);
    const queries = [...this.titles];
    const examples = [...place.querySelectorAll(".example")];
    for (const [at, each] of examples.entries()) {
      const whole = queries[at].join("\n").toLocaleLowerCase(tag);
      each.hidden = !words.every((word) => whole.includes(word));
    }
    for (const group of place.querySelectorAll("section")) group.hidden = !group.querySelector(".example:not([hidden])");
    this.none.hidden = examples.some((each) => !each.hidden);
  }
}
