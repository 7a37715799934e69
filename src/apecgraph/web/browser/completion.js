// Completion that knows the place: after `a` the classes, after a subject the properties that such things have, after a
// property the values that it has, each with a count and before a letter is typed; elsewhere things by label or name,
// after the keywords. A list that nobody asked for, or that begins with keywords, has no chosen line: Enter ends the line
// of the text, unless an arrow key has chosen one.
// Yasqe's own completers query other hosts and are disabled.

import { Yasqe } from "@zazuko/yasqe";
import { ask, written } from "./ask.js";
import { gettext, spelled, tag } from "./language.js";
import { keywords } from "./keywords.js";
import { isType, isVariable, read, same } from "./syntax.js";
import { element } from "./table.js";

const WORD = /<?[\p{L}\p{N}_:\/.#-]*$/u;
const REST = /^[\p{L}\p{N}_:\/.#-]*>?/u;
const INVITING = /(^|[\s\])>"\p{L}\p{N}])[;,]? $/u; // a space after a term, `;` or `,` on the same line
const SHORTEST = 2;
const MOST_VALUES = 300;
const IN_SCHEME = "http://www.w3.org/2004/02/skos/core#inScheme";
const PATIENCE = 3000; // milliseconds for the values of a property
const KINDS = { class: gettext("class"), property: gettext("property"), thing: gettext("thing") };

export class Completion {
  constructor(vocabulary, terms, endpoint) {
    this.vocabulary = vocabulary;
    this.terms = terms;
    this.endpoint = endpoint;
    this.isAsked = false; // by the reader
    this.isInvited = false; // by a space
    this.read = new Map(); // values by class and property
    Yasqe.forkAutocompleter("prefixes", {
      name: "ours",
      persistenceId: null,
      get: () => vocabulary.namespaces.map(([prefix, namespace]) => `${prefix}: <${namespace}>`),
    });
    Yasqe.registerAutocompleter(this.completer());
    Yasqe.defaults.autocompleters = ["ours", "variables", "terms"];
  }

  // Complete at the cursor even if nothing is typed.
  open(yasqe) {
    this.isAsked = true;
    yasqe.autocomplete();
    this.isAsked = false;
  }

  // Complete after a space, if something must follow.
  invite(yasqe) {
    if (!INVITING.test(lineBefore(yasqe))) return;
    this.isInvited = true;
    yasqe.autocomplete();
    this.isInvited = false;
  }

  // How the lists behave: a sign closes them, and Enter and Tab take the chosen line.
  get behaviour() {
    const widget = (yasqe) => yasqe.state.completionActive.widget;
    return {
      closeCharacters: /[\s>"'(){}[\];,=?$@]/,
      extraKeys: {
        Home: "goLineStart",
        End: "goLineEnd",
        Enter(yasqe, list) {
          if (widget(yasqe).selectedHint >= 0) return list.pick();
          list.close();
          return yasqe.execCommand("newlineAndIndent");
        },
        Tab(yasqe, list) {
          if (widget(yasqe).selectedHint < 0) list.setFocus(0);
          list.pick();
        },
      },
    };
  }

  // What to do with a list that is shown.
  shown(yasqe, widget) {
    widget.hints.setAttribute("aria-label", gettext("Suggestions"));
    widget.hints.tabIndex = 0; // it scrolls
    if (!widget.data.list[0].isQuiet) return;
    const [first] = widget.hints.children;
    first.classList.remove("CodeMirror-hint-active");
    first.removeAttribute("aria-selected");
    yasqe.getInputField().removeAttribute("aria-activedescendant");
    widget.selectedHint = -1;
  }

  completer() {
    return {
      name: "terms",
      bulk: false,
      autoShow: true,
      isValidCompletionPosition: (yasqe) => this.isValid(yasqe),
      preProcessToken: (yasqe, token) => {
        const { ch } = yasqe.getDoc().getCursor();
        const [before, after] = around(yasqe);
        this.isWanted = this.isAsked || before !== "";
        return { ...token, string: " ", typed: before, from: { ch: ch - before.length }, to: { ch: ch + after.length } };
      },
      get: async (yasqe, { typed }) => {
        const { prefixes, found } = await this.complete(yasqe, typed);
        this.found = found.map((each) => (each.iri ? { ...each, written: this.vocabulary.written(each.iri, prefixes) } : each));
        return this.found.map((each) => each.written);
      },
      postprocessHints: (_, hints) => {
        const isQuiet = !this.isWanted || this.found[0]?.kind === "keyword";
        return hints.map((hint, index) => ({
          ...hint,
          isQuiet,
          hint: (yasqe) => this.accept(yasqe, hint),
          render: (element) => this.show(element, this.found[index]),
        }));
      },
    };
  }

  isValid(yasqe) {
    const [before] = around(yasqe);
    const line = lineBefore(yasqe);
    const { type } = yasqe.getTokenAt(yasqe.getDoc().getCursor());
    if (["comment", "string"].includes(type) || /PREFIX\s+\S*$/i.test(line)) return false;
    if (/[?$"'@]$/.test(line.slice(0, line.length - before.length))) return false;
    if (!before) return (this.isAsked || this.isInvited) && ["property", "object"].includes(this.place(yasqe).place.expects);
    if (["atom", "keyword"].includes(type)) return false;
    return this.isAsked || (before.length >= SHORTEST && before !== this.accepted);
  }

  // Write a line of the list; it does not open again on what it has written.
  accept(yasqe, { text, from, to }) {
    this.accepted = text.match(WORD)[0];
    yasqe.getDoc().replaceRange(text, from, to, "complete");
  }

  place(yasqe) {
    const doc = yasqe.getDoc();
    return read(yasqe.getValue(), doc.indexFromPos(doc.getCursor()));
  }

  async complete(yasqe, typed) {
    const query = this.place(yasqe);
    return { prefixes: query.prefixes, found: await this.fitting(yasqe, query, typed) };
  }

  async fitting(yasqe, query, typed) {
    const { place, prefixes } = query;
    const matching = (terms) => this.vocabulary.matching(terms, typed, prefixes);
    const complete = (kind) => this.vocabulary.complete(typed, kind, prefixes);
    query.patterns = query.patterns.filter(({ groups }) => groups.every((each) => place.groups.includes(each)));
    if (place.expects === "property") {
      const classes = place.path?.length
        ? this.vocabulary.values(place.subject, place.path.slice(0, -1), query)
        : this.vocabulary.classes(place.subject, query);
      const fitting = matching(this.vocabulary.properties(classes));
      return fitting.length || !typed ? fitting : complete("property");
    }
    if (place.expects === "object") {
      if (isType(place)) {
        const fitting = matching(this.vocabulary.sizes());
        return fitting.length ? fitting : complete("class");
      }
      const fitting = matching(await this.wait(yasqe, this.values(place.subject, place.path, query)));
      return fitting.length || !typed ? fitting : complete("thing");
    }
    const words = place.expects === "data" ? [] : keywords(typed);
    return place.expects === "clause" || !typed ? words : [...words, ...complete("thing")];
  }

  // Show at the cursor that values are asked for.
  async wait(yasqe, values) {
    const sign = element("span", { className: "waiting", textContent: "…" });
    yasqe.operation(() => yasqe.addWidget(yasqe.getDoc().getCursor(), sign));
    try {
      return await values;
    } finally {
      sign.remove();
    }
  }

  // The values that a path leads to from such a subject, the most frequent ones first, with their code list or class.
  values(subject, path, query) {
    const steps = path.map((each) => {
      const iri = this.vocabulary.iri(each, query.prefixes);
      return iri ? `<${iri}>` : each.text;
    });
    if (!steps.length || path.some(isVariable)) return [];
    const named = query.patterns.filter((each) => same(each.subject, subject) && isType(each));
    const class_ = named.length === 1 && this.vocabulary.iri(named[0].object, query.prefixes);
    const kind = class_ ? `?thing a <${class_}> . ` : "";
    const counted = `SELECT ?value (COUNT(*) AS ?count) { ${kind}?thing ${steps.join("")} ?value } GROUP BY ?value ORDER BY DESC(?count) LIMIT ${MOST_VALUES}`;
    const text = `SELECT ?value ?count (SAMPLE(?list) AS ?in) (MIN(?class) AS ?a) { { ${counted} } OPTIONAL { ?value <${IN_SCHEME}> ?list } OPTIONAL { ?value a ?class } } GROUP BY ?value ?count ORDER BY DESC(?count)`;
    if (!this.read.has(text)) this.read.set(text, this.ask(text));
    return this.read.get(text);
  }

  async ask(text) {
    try {
      const { rows } = await ask(this.endpoint, text, { signal: AbortSignal.timeout(PATIENCE) });
      const values = rows.filter(({ value }) => value && value.type !== "bnode");
      const known = values.map(({ value, count, in: list, a: class_ }) => ({ value, count, of: list ?? class_ }));
      await this.terms.learn(known.map(({ value, of }) => ({ value, ...(of && { of }) })));
      return known.map(({ value, count, of }) => ({
        ...this.value(value, Number(count.value)),
        of: of && this.terms.text(of),
      }));
    } catch {
      return []; // it takes too long: names complete as elsewhere
    }
  }

  value(term, count) {
    const { type, value } = term;
    const known = this.vocabulary.byIri.get(value);
    const name = this.terms.text(term);
    if (type !== "uri") {
      return { iri: "", written: written(term, this.vocabulary), names: [name], spellings: [name.toLowerCase()], count };
    }
    return { ...this.vocabulary.spelt({ iri: value, names: [name, ...(known?.names ?? [])] }), count };
  }

  show(element, { iri, written, names, kind, of, count }) {
    const label = document.createElement("span");
    label.textContent = names.find((name) => name) ?? this.vocabulary.short(iri);
    if (kind === "keyword") return element.append(label);
    const code = document.createElement("code");
    const short = iri ? this.vocabulary.short(iri) : written;
    const more = [of ?? KINDS[kind], count && spelled(count)].filter(Boolean).join(", ");
    code.textContent = more ? `${short} (${more})` : short;
    label.lang = tag;
    element.append(label, " ", code);
  }
}

function lineBefore(yasqe) {
  const { line, ch } = yasqe.getDoc().getCursor();
  return yasqe.getDoc().getLine(line).slice(0, ch);
}

// The word at the cursor: the parts before and after the cursor.
function around(yasqe) {
  const { line, ch } = yasqe.getDoc().getCursor();
  return [lineBefore(yasqe).match(WORD)[0], yasqe.getDoc().getLine(line).slice(ch).match(REST)[0]];
}
