// The examples: forms without scripts become links to the editor with the query, which a field searches.

import { gettext, tag } from "./language.js";
import { address } from "./sharing.js";
import { element } from "./table.js";

export class Examples {
  // `open` is called if the example that is chosen is already in the address.
  constructor(place, open) {
    this.titles = new Map();
    for (const each of place.querySelectorAll("details.example")) {
      const query = each.querySelector("textarea").value.trimEnd();
      const title = each.querySelector("summary").textContent.trim();
      this.titles.set(query, title);
      const link = element("a", { href: address(query), textContent: title });
      link.addEventListener("click", () => link.hash === location.hash && open());
      const page = each.dataset.page && element("a", { href: each.dataset.page, textContent: gettext("page") });
      if (page) page.ariaLabel = gettext("The page about: %(question)s", { question: title });
      each.replaceWith(element("p", { className: "example" }, link, ...(page ? [" · ", page] : [])));
    }
    const field = element("input", { type: "search", placeholder: gettext("Search the examples") });
    field.setAttribute("aria-label", gettext("Search the examples"));
    field.addEventListener("input", () => this.search(place, field.value));
    this.none = element("p", { hidden: true, textContent: gettext("No example has these words.") });
    place.prepend(element("p", {}, field), this.none);
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
