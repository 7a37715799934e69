// The tabs, and the list of the last queries.

import { gettext, spelled, tag } from "./language.js";
import { element } from "./table.js";

const LONGEST = 40; // characters of a title

export class Tabs {
  // `title` names a text; `choose` opens a tab, `open` a query of the list.
  constructor(places, notebook, { title, choose, open }) {
    Object.assign(this, places, { notebook, title, choose, open });
    this.draw();
  }

  draw() {
    const { tabs, current } = this.notebook;
    const buttons = tabs.map((tab) => {
      const button = element("button", { type: "button", role: "tab", textContent: this.name(tab.text) });
      button.ariaSelected = String(tab === current);
      button.setAttribute("aria-controls", "query-text");
      button.tabIndex = tab === current ? 0 : -1;
      button.addEventListener("click", () => this.choose(tab));
      return button;
    });
    this.list.replaceChildren(...buttons);
    this.list.onkeydown = ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      const next = step && tabs[(tabs.indexOf(this.notebook.current) + step + tabs.length) % tabs.length];
      if (!next) return;
      this.choose(next);
      this.list.querySelector("[aria-selected=true]").focus();
    };
    this.close.disabled = tabs.length < 2 && !current.text.trim();
    this.drawRuns();
  }

  rename() {
    const [button, { text }] = [this.list.querySelector("[aria-selected=true]"), this.notebook.current];
    button.textContent = this.name(text);
    this.close.disabled = this.notebook.tabs.length < 2 && !text.trim();
  }

  name(text) {
    const title = this.title(text);
    return title.length > LONGEST ? `${title.slice(0, LONGEST - 1)}…` : title;
  }

  drawRuns() {
    const runs = this.notebook.runs();
    this.history.hidden = !runs.length;
    this.history.querySelector("summary").textContent = gettext("The last queries (%(number)s)", {
      number: spelled(runs.length),
    });
    const when = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
    const items = runs.map(({ query, at, size, seconds }) => {
      const button = element("button", { type: "button", className: "link", textContent: this.title(query), title: query });
      button.addEventListener("click", () => this.open(query));
      const answered = size && gettext("%(size)s in %(seconds)s seconds.", { size, seconds });
      const note = element("span", { className: "note", textContent: [when.format(at), answered].filter(Boolean).join(" · ") });
      return element("li", {}, button, " ", note);
    });
    this.history.querySelector("ol").replaceChildren(...items);
  }
}
