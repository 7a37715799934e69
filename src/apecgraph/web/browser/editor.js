// The SPARQL editor: replaces the form, and queries the same endpoint.

import "@zazuko/yasqe/build/yasqe.min.css";
import "@zazuko/yasr/build/yasr.min.css";
import "./editor.css";
import { Yasqe } from "@zazuko/yasqe";
import { enable } from "./completion.js";
import { gettext, spelled } from "./language.js";
import { Problem } from "./problem.js";
import { Results } from "./results.js";
import { Vocabulary } from "./vocabulary.js";

// The formats that have a place for citations.
const CITABLE = ["json", "csv", "tsv", "trig", "nquads", "jsonld"];

class Editor {
  constructor(place, vocabulary, examples) {
    const form = place.querySelector("form");
    this.place = place;
    this.examples = examples;
    this.endpoint = form.action;
    this.root = document.getElementById("editor").content.firstElementChild.cloneNode(true);
    this.formats = [...form.querySelectorAll("optgroup")].map((group) => [...group.querySelectorAll("option")]);
    const query = valueOf(form);
    this.cites = this.part("cites");
    this.cites.checked = form.elements.cite.checked;
    form.replaceWith(this.root);
    this.yasqe = this.make(query);
    this.results = new Results(this.part("results"), vocabulary);
    this.problem = new Problem(this.yasqe);
    this.part("run").addEventListener("click", () => this.run());
    this.part("stop").addEventListener("click", () => this.yasqe.abortQuery());
    this.part("share").addEventListener("click", () => this.share());
    this.cites.addEventListener("change", () => this.run());
    window.addEventListener("hashchange", () => this.open());
    if (!this.open() && "asked" in place.dataset) this.run(); // the page came with the query
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }

  make(value) {
    const run = () => void this.run();
    const yasqe = new Yasqe(this.part("text"), {
      value,
      requestConfig: {
        endpoint: this.endpoint,
        acceptHeaderSelect: "application/sparql-results+json, text/turtle;q=0.9",
        acceptHeaderGraph: "text/turtle, application/sparql-results+json;q=0.9",
        headers: () => (this.cites.checked ? { Prefer: "cite" } : {}),
      },
      // Tab leaves the editor like any other field.
      extraKeys: { "Ctrl-Enter": run, "Cmd-Enter": run, Tab: false, "Shift-Tab": false, Esc: false, "Ctrl-S": false },
      screenReaderLabel: gettext("Query"),
      createShareableLink: null,
      consumeShareLink: null,
      persistenceId: null, // the address keeps the query
      showQueryButton: false,
      resizeable: false,
      editorHeight: null,
      viewportMargin: Infinity,
    });
    yasqe.on("change", () => this.problem.clear());
    yasqe.on("autocompletionShown", (_, { hints }) => {
      hints.setAttribute("aria-label", gettext("Suggestions"));
      hints.tabIndex = 0; // it scrolls
    });
    return yasqe;
  }

  // If a link to this page contains a query, fill it in and run it. Returns whether it does.
  open() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const query = asked.get("query");
    if (!query) return false;
    this.cites.checked ||= asked.has("cite");
    this.yasqe.setValue(query);
    this.place.scrollIntoView();
    this.run();
    return true;
  }

  async run() {
    this.problem.clear();
    const query = this.yasqe.getValue();
    history.replaceState(null, "", address(query, this.cites.checked));
    this.place.querySelector("h2").textContent = this.examples.get(query.trimEnd()) ?? gettext("A query of your own");
    const turn = (this.turn = Symbol("one run of a query"));
    const start = performance.now();
    this.show("running");
    const seconds = () => {
      const passed = (performance.now() - start) / 1000;
      const digits = passed < 1 ? 2 : 1;
      return spelled(passed, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    };
    try {
      const answer = await this.yasqe.query();
      if (turn !== this.turn) return;
      const size = this.answer(answer, query);
      this.say(gettext("%(size)s in %(seconds)s seconds.", { size, seconds: seconds() }));
    } catch (error) {
      if (turn !== this.turn) return;
      const stopped = error.name === "AbortError";
      this.say(stopped ? gettext("Stopped after %(seconds)s seconds.", { seconds: seconds() }) : "");
      if (!stopped) this.problem.tell(error);
      this.show("idle");
    }
  }

  // Show a response; return its size in words.
  answer(answer, query) {
    if (!answer.content.trim()) {
      this.show("idle");
      return gettext("No triples");
    }
    this.show("answered");
    this.results.setResponse(answer);
    this.part("downloads").replaceChildren(...this.downloads(answer, query));
    return this.results.size();
  }

  downloads(answer, query) {
    const ofGraphs = answer.headers.get("Content-Type").startsWith("text/turtle");
    return this.formats[ofGraphs ? 1 : 0].map(({ value, label }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const cite = this.cites.checked && CITABLE.includes(value) ? { cite: "1" } : {};
      link.href = `${this.endpoint}?${new URLSearchParams({ query, format: value, ...cite })}`;
      link.download = "";
      link.textContent = label;
      item.append(link);
      return item;
    });
  }

  async share() {
    history.replaceState(null, "", address(this.yasqe.getValue(), this.cites.checked));
    try {
      await navigator.clipboard.writeText(location.href);
      this.say(gettext("The link to this query is copied."));
    } catch {
      this.say(gettext("The address of this page is the link to this query now: copy it."));
    }
  }

  show(state) {
    if (state === "running") this.say(gettext("Running …"));
    const stop = this.part("stop");
    if (document.activeElement === stop) this.part("run").focus(); // a hidden button loses the focus
    stop.hidden = state !== "running";
    this.part("answer").hidden = state !== "answered";
  }

  say(text) {
    this.part("status").textContent = text;
  }
}

// The examples, which are forms without scripts, become links to this page with the query filled in and run.
function links(examples) {
  const list = document.createElement("ol");
  list.className = "examples";
  for (const [query, title] of examples) {
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = address(query);
    anchor.textContent = title;
    item.append(anchor);
    list.append(item);
  }
  return list;
}

// The address of this page with a query. The fragment is not sent, so the query may be long.
function address(query, cites) {
  return `${location.pathname}#query=${encodeURIComponent(query)}${cites ? "&cite=1" : ""}`;
}

const place = document.getElementById("query");
const others = document.getElementById("examples");
const examples = new Map([[valueOf(place), document.getElementById("query-title").textContent]]);
for (const each of others.querySelectorAll("details")) {
  examples.set(valueOf(each), each.querySelector("summary").textContent);
}
const vocabulary = new Vocabulary(await (await fetch(place.dataset.vocabulary)).json());
enable(vocabulary);
others.replaceChildren(links(examples));
const editor = new Editor(place, vocabulary, examples);
others.addEventListener("click", ({ target }) => {
  if (target.hash && target.hash === location.hash) editor.open(); // no change, so no event
});

function valueOf(element) {
  return element.querySelector("textarea").value.trimEnd();
}
