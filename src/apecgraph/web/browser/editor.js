// The SPARQL editor: replaces the form, and queries the same endpoint.

import "@zazuko/yasqe/build/yasqe.min.css";
import "./editor.css";
import { Yasqe } from "@zazuko/yasqe";
import { ask, Refusal, written } from "./ask.js";
import { Completion } from "./completion.js";
import { explain } from "./emptiness.js";
import { Examples } from "./examples.js";
import { formatted } from "./format.js";
import { gettext, spelled, tag } from "./language.js";
import { Notebook } from "./notebook.js";
import { Fields } from "./parameters.js";
import { Problem } from "./problem.js";
import { Results } from "./results.js";
import { address, forms, show } from "./sharing.js";
import { body, defined, nameOf, read, tokens, withCondition } from "./syntax.js";
import { element } from "./table.js";
import { Tabs } from "./tabs.js";
import { Terms } from "./terms.js";
import { Vocabulary } from "./vocabulary.js";

// The formats that have a place for citations.
const CITABLE = ["json", "csv", "tsv", "trig", "nquads", "jsonld"];
const LONGEST_TITLE = 80;
const TICK = 100; // milliseconds between two reports of progress

class Editor {
  constructor(place, vocabulary) {
    const form = place.querySelector("form");
    this.place = place;
    this.vocabulary = vocabulary;
    this.endpoint = form.action;
    this.terms = new Terms(vocabulary, place.dataset.names);
    this.completion = new Completion(vocabulary, this.terms, this.endpoint);
    this.root = document.getElementById("editor").content.firstElementChild.cloneNode(true);
    this.formats = [...form.querySelectorAll("optgroup")].map((group) => [...group.querySelectorAll("option")]);
    this.cites = this.part("cites");
    this.cites.checked = form.elements.cite.checked;
    const asked = form.querySelector("textarea").value.trimEnd();
    this.examples = new Examples(document.getElementById("examples"), vocabulary.examples, () => this.open());
    const title = this.heading.textContent;
    if (title !== gettext("A query of your own")) this.examples.titles.set(asked, title);
    this.notebook = new Notebook();
    this.added = {}; // the prefixes that completion declared
    form.replaceWith(this.root);
    this.yasqe = this.make();
    this.problem = new Problem(this.yasqe);
    const choose = (variable, term, wanted) => this.choose(variable, term, wanted);
    choose.applies = (variable) => this.applies(variable);
    this.results = new Results(this.part("results"), this.terms, choose);
    this.fields = new Fields(this.part("parameters"), this.completion, this.terms, (text) => this.ask(this.examples.untitled(text)));
    this.begin(asked);
    this.listen();
  }

  get heading() {
    return this.place.querySelector("h2");
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }

  make() {
    const yasqe = new Yasqe(this.part("text"), {
      value: "",
      requestConfig: { endpoint: this.endpoint },
      // Tab leaves the editor like any other field.
      extraKeys: {
        "Ctrl-Enter": () => void this.run(),
        "Cmd-Enter": () => void this.run(),
        "Ctrl-Space": () => this.completion.open(yasqe),
        "Shift-Ctrl-F": () => this.format(),
        F11: () => void this.widen(),
        Tab: false,
        "Shift-Tab": false,
        Esc: false,
        "Ctrl-S": false,
      },
      screenReaderLabel: gettext("Query"),
      createShareableLink: null,
      consumeShareLink: null,
      persistenceId: null, // the notebook keeps the texts
      showQueryButton: false,
      resizeable: false,
      editorHeight: null,
      hintConfig: this.completion.behaviour,
    });
    yasqe.on("autocompletionShown", (_, widget) => this.completion.shown(yasqe, widget));
    return yasqe;
  }

  // Open the query of the address, or the tab that the reader left.
  begin(asked) {
    const address = this.linked() ?? ("asked" in this.place.dataset ? asked : undefined);
    const left = this.notebook.tabs.find(({ id }) => id === history.state?.tab);
    const linked = left ? undefined : address;
    if (left) this.notebook.choose(left);
    if (!this.notebook.current) this.notebook.add(linked || asked);
    const { current } = this.notebook;
    this.tabs = new Tabs(
      { list: this.part("tabs"), close: this.part("close"), history: this.part("history") },
      this.notebook,
      {
        title: (text) => this.title(text),
        choose: (tab) => this.turn(tab),
        open: (text) => this.ask(text),
      },
    );
    this.write(current.text, current.isRun);
    if (linked) this.fetch(linked);
    else if (current.isRun) this.run(true);
  }

  listen() {
    const click = (name, act) => this.part(name).addEventListener("click", act);
    click("run", () => this.run());
    click("stop", () => this.stopping.abort());
    click("share", () => this.share());
    click("format", () => this.format());
    click("wide", () => this.widen());
    click("help", () => this.part("keys").showModal());
    click("new", () => {
      this.turn(this.notebook.add(""));
      this.yasqe.focus();
    });
    click("close", () => {
      const { current, tabs } = this.notebook;
      const next = tabs[tabs.indexOf(current) + 1] ?? tabs[tabs.indexOf(current) - 1];
      this.notebook.remove(current);
      this.turn(next ?? this.notebook.add(""));
    });
    click("forget", () => {
      this.notebook.forget();
      this.tabs.drawRuns();
    });
    this.root.addEventListener("keydown", (event) => this.leave(event));
    this.root.addEventListener("fullscreenchange", () => {
      this.part("wide").textContent = document.fullscreenElement ? gettext("Leave the full screen (Esc)") : gettext("Full screen");
    });
    this.cites.addEventListener("change", () => {
      this.pass();
      this.run();
    });
    this.part("sharing").addEventListener("toggle", () => this.pass());
    window.addEventListener("popstate", () => this.linked() && this.fetch(this.linked()));
    this.yasqe.on("change", () => this.changed());
    // A space closes the suggestions for the term before it, and only then may others be shown.
    this.yasqe.on("inputRead", (_, { text }) => text.at(-1) === " " && setTimeout(() => this.completion.invite(this.yasqe)));
    this.yasqe.getWrapperElement().addEventListener("mouseover", (event) => this.explain(event));
    const add = this.yasqe.addPrefixes;
    this.yasqe.addPrefixes = (prefixes) => {
      const [, prefix, namespace] = typeof prefixes === "string" ? prefixes.match(/^(.*): <(.*)>/) : [];
      if (prefix) this.added[prefix] = namespace;
      add(prefixes);
    };
    this.yasqe.on("blur", () => this.tidy());
    this.overview();
  }

  get text() {
    return this.yasqe.getValue();
  }

  // The query of the address, or undefined.
  linked() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("cite")) this.cites.checked = true;
    return asked.get("query") || undefined;
  }

  // Show a text in the open tab.
  write(text, isRun = false) {
    this.isWriting = true;
    if (text !== this.text) {
      this.yasqe.setValue(text);
      this.yasqe.collapsePrefixes(true);
    }
    this.isWriting = false;
    this.notebook.keep(text, isRun);
    this.heading.textContent = this.title(text, gettext("A query of your own"));
    this.tabs.draw();
    this.fields.show(text);
    this.pass();
  }

  changed() {
    this.problem.clear();
    if (this.isWriting) return;
    this.notebook.keep(this.text, false);
    this.tabs.rename();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.fields.show(this.text), TICK);
    this.pass();
  }

  title(text, otherwise) {
    const known = this.examples.titles.get(text.trimEnd());
    if (known || otherwise) return known ?? otherwise;
    const [first = ""] = this.examples.untitled(text).split("\n").filter((line) => line.trim() && !/^\s*(PREFIX|BASE)\b/i.test(line));
    return first.replace(/^\s*#\s*/, "").trim().slice(0, LONGEST_TITLE) || gettext("New query");
  }

  // Whether nothing is lost if the open tab gets another text.
  isKept(text) {
    const { tabs, current } = this.notebook;
    const others = [...this.notebook.runs().map(({ query }) => query), ...tabs.filter((tab) => tab !== current).map((tab) => tab.text)];
    return !text.trim() || this.examples.titles.has(text.trimEnd()) || others.includes(text);
  }

  // Show a text: in the tab that has it, in the open one if nothing is lost, or in a new one.
  put(text) {
    const { tabs, current } = this.notebook;
    const own = tabs.find((tab) => tab.text === text);
    if (own && own !== current) this.notebook.choose(own);
    else if (!own && !this.isKept(this.text)) this.notebook.add(text);
    this.write(text);
  }

  // Show and run a query as a step of its own, so that Back leads to the one before.
  ask(text) {
    this.put(text);
    this.run();
  }

  // Show and run the query of the address.
  fetch(text) {
    this.put(text);
    this.place.scrollIntoView();
    if (document.activeElement !== document.body) this.heading.focus({ preventScroll: true }); // it was at a link far below
    this.run(true);
  }

  open() {
    this.fetch(this.linked());
  }

  turn(tab) {
    const { isRun } = tab;
    this.notebook.choose(tab);
    history.replaceState({ tab: tab.id }, ""); // after a reload it is open again
    this.write(tab.text, isRun);
    this.show("idle");
    this.say("");
    if (isRun) this.run();
  }

  async run(isStep = false) {
    this.tidy();
    this.problem.clear();
    const query = this.text;
    const to = address(query, this.cites.checked);
    const state = { tab: this.notebook.current.id };
    const same = to === location.pathname + location.hash;
    history[isStep || same ? "replaceState" : "pushState"](state, "", to);
    this.heading.textContent = this.title(query, gettext("A query of your own"));
    this.stopping?.abort();
    const stopping = (this.stopping = new AbortController());
    const start = performance.now();
    let size = 0;
    const seconds = () => {
      const passed = (performance.now() - start) / 1000;
      const digits = passed < 1 ? 2 : 1;
      return spelled(passed, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    };
    const tick = () => {
      const values = { seconds: seconds(), size: bytes(size) };
      this.part("progress").textContent = size
        ? gettext("%(seconds)s seconds, %(size)s", values)
        : gettext("%(seconds)s seconds", values);
    };
    this.show("running");
    const ticking = setInterval(tick, TICK);
    try {
      const answer = await ask(this.endpoint, query, {
        cites: this.cites.checked,
        signal: stopping.signal,
        progress: (count) => (size = count),
      });
      if (stopping !== this.stopping) return;
      this.answer(answer, query, { seconds: seconds(), bytes: bytes(size) });
    } catch (error) {
      if (stopping !== this.stopping) return;
      const stopped = error.name === "AbortError";
      this.notebook.keep(query, false);
      this.notebook.remember({ query });
      this.tabs.drawRuns();
      this.show("idle");
      this.say(stopped ? gettext("Stopped after %(seconds)s seconds.", { seconds: seconds() }) : "");
      if (!stopped) this.problem.tell(error instanceof Refusal ? error : {});
    } finally {
      clearInterval(ticking);
      if (stopping === this.stopping) this.part("progress").textContent = "";
    }
  }

  // Show an answer and what it cost.
  answer(answer, query, cost) {
    this.results.show(answer);
    const size = this.results.size();
    this.notebook.keep(query, true);
    this.notebook.remember({ query, size, seconds: cost.seconds });
    this.tabs.drawRuns();
    const values = { size, ...cost };
    this.say(
      answer.cached
        ? gettext("%(size)s in %(seconds)s seconds (%(bytes)s, from the cache of the server).", values)
        : gettext("%(size)s in %(seconds)s seconds (%(bytes)s).", values),
    );
    const isEmpty = answer.boolean === undefined && !answer.rows.length;
    this.show(isEmpty && answer.isGraph ? "idle" : "answered");
    this.part("downloads").replaceChildren(...this.downloads(answer, query));
    if (isEmpty) this.tellEmpty(query);
    const { top } = this.part("status").getBoundingClientRect();
    if (top > window.innerHeight * 0.7) this.part("actions").scrollIntoView();
  }

  async tellEmpty(query) {
    const { endpoint, completion } = this;
    try {
      const found = await explain(query, { endpoint, completion, change: (text) => this.ask(text) });
      if (found && this.text === query) this.problem.put(found.line, found.shown);
    } catch {
      // the explanation takes too long
    }
  }

  downloads({ isGraph }, query) {
    return this.formats[isGraph ? 1 : 0].map(({ value, label }) => {
      const cite = this.cites.checked && CITABLE.includes(value) ? { cite: "1" } : {};
      const href = `${this.endpoint}?${new URLSearchParams({ query, format: value, ...cite })}`;
      return element("li", {}, element("a", { href, download: "", textContent: label }));
    });
  }

  // Whether conditions apply to a variable of the answer: expressions of SELECT are made after them.
  applies(variable) {
    const { text } = this;
    const names = tokens(text).filter(({ kind }) => kind === "variable").map(nameOf);
    return Boolean(body(text)) && names.includes(variable) && !defined(text).has(variable);
  }

  choose(variable, term, wanted) {
    this.ask(withCondition(this.text, `FILTER(?${variable} ${wanted ? "=" : "!="} ${written(term, this.vocabulary)})`, this.vocabulary));
  }

  async share() {
    history.replaceState(history.state, "", address(this.text, this.cites.checked));
    try {
      await navigator.clipboard.writeText(location.href);
      this.say(gettext("The link to this query is copied."));
    } catch {
      this.say(gettext("The address of this page is the link to this query now: copy it."));
    }
  }

  // Show the forms in which the query is passed on, if they are unfolded.
  pass() {
    const place = this.part("sharing");
    const permalink = this.part("permalink");
    const cites = this.cites.checked;
    if (permalink) permalink.href = `/q?${new URLSearchParams({ query: this.text, ...(cites && { cite: "1" }) })}`;
    if (place.open) show(place.querySelector("dl"), forms(this.text, cites, this.endpoint));
  }

  format() {
    this.yasqe.setValue(formatted(this.text));
    this.yasqe.focus();
  }

  async widen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.root.requestFullscreen();
  }

  // Escape leaves the full screen, unless it closes something in it.
  leave({ key, target, defaultPrevented }) {
    if (key === "Escape" && document.fullscreenElement && !defaultPrevented && !target.closest("dialog")) this.widen();
  }

  // Declare the known prefixes that are used, and remove those that were declared so and are no longer used.
  tidy() {
    const names = tokens(this.text).filter(({ kind, text }) => kind === "name" && !text.endsWith(":"));
    const used = new Set(names.map(({ text }) => text.split(":")[0]));
    const declared = read(this.text).prefixes;
    for (const [prefix, namespace] of Object.entries(this.added)) {
      if (used.has(prefix) || !(prefix in declared)) continue;
      delete this.added[prefix];
      this.yasqe.removePrefixes({ [prefix]: namespace });
    }
    for (const [prefix, namespace] of this.vocabulary.namespaces) {
      if (used.has(prefix) && !(prefix in declared)) this.yasqe.addPrefixes(`${prefix}: <${namespace}>`);
    }
  }

  // Tell the name of the thing under the pointer in the text.
  explain({ target, clientX, clientY }) {
    if (!/\bcm-/.test(target.className)) return;
    const doc = this.yasqe.getDoc();
    const at = doc.indexFromPos(this.yasqe.coordsChar({ left: clientX, top: clientY }, "window"));
    const token = tokens(this.text).find(({ start, end }) => start <= at && at <= end);
    const iri = token && this.vocabulary.iri(token, read(this.text).prefixes);
    target.title = (iri && this.vocabulary.name(iri)) ?? "";
  }

  // List the classes with their sizes; each leads to a query for its things.
  overview() {
    const place = this.part("classes");
    const sizes = this.vocabulary.sizes();
    place.hidden = !sizes.length;
    const items = sizes.map(({ iri, names, written: class_, count }) => {
      const button = element("button", { type: "button", className: "link", textContent: names[0] ?? class_, title: iri });
      button.addEventListener("click", () => this.ask(this.list(iri)));
      return element("li", {}, button, ` (${spelled(count)})`);
    });
    place.querySelector("ul").replaceChildren(...items);
  }

  // A query for the things of a class, with the properties that most of them have.
  list(iri) {
    const { vocabulary } = this;
    const class_ = vocabulary.byIri.get(iri);
    const common = vocabulary.properties([class_]).filter(({ iri: each }) => !each.endsWith("#type")).slice(0, 5);
    const names = common.map(({ iri: each }) => each.split(/[/#]/).pop().replace(/\W/g, "_"));
    const lines = common.map(({ written: property }, at) => `  OPTIONAL { ?thing ${property} ?${names[at]} }`);
    return `SELECT * WHERE {\n  ?thing a ${class_.written} .\n${lines.join("\n")}\n}\nLIMIT 100`;
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

function bytes(size) {
  const kilobytes = size / 1000;
  return kilobytes < 1 ? gettext("%(number)s bytes", { number: spelled(size) }) : `${spelled(kilobytes, { maximumFractionDigits: 0 })} kB`;
}

const place = document.getElementById("query");
const response = await fetch(`${place.dataset.vocabulary}?${new URLSearchParams({ lang: tag })}`);
new Editor(place, new Vocabulary(await response.json()));
