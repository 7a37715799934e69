// The vocabulary of the data, from /sparql/vocabulary.json: for completion, and to show IRIs by their labels.

import { isType, isVariable, same } from "./syntax.js";

const LOCAL = /^[A-Za-z_][\w-]*$/;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const MOST = 50;
const DEEPEST = 3; // steps from a value back to a subject whose class is known

export class Vocabulary {
  constructor({ base, page, prefixes, terms, uses, examples }) {
    this.base = base;
    this.examples = examples;
    this.page = page;
    this.prefixes = prefixes;
    this.namespaces = Object.entries(prefixes);
    this.terms = terms.map((term) => this.spelt(term));
    this.byIri = new Map(this.terms.map((term) => [term.iri, term]));
    this.uses = (uses ?? []).map(([class_, property, count, values]) => ({
      class: this.terms[class_],
      property: this.terms[property],
      count,
      values: values.map((each) => this.terms[each]),
    }));
  }

  // A term with the spellings that complete it.
  spelt(term) {
    const written = this.written(term.iri);
    const own = term.iri.split(/[/#]/).pop();
    const words = own.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ");
    return { ...term, written, spellings: [...new Set([...term.names, own, words, written].map(fold))] };
  }

  // An IRI as written in a query, with a prefix that the query declares or that is known, or in angle brackets.
  written(iri, declared = {}) {
    const known = this.namespaces.filter(([prefix]) => !(prefix in declared));
    return this.prefixed(iri, [...Object.entries(declared), ...known]) ?? `<${iri}>`;
  }

  // An IRI as shown to people: our own IRIs are relative to the base.
  short(iri) {
    return this.prefixed(iri) ?? (this.isOwn(iri) ? iri.slice(this.base.length) : iri);
  }

  prefixed(iri, namespaces = this.namespaces) {
    const fits = ([, namespace]) => namespace && iri.startsWith(namespace) && LOCAL.test(iri.slice(namespace.length));
    const found = namespaces.find(fits);
    return found && `${found[0]}:${iri.slice(found[1].length)}`;
  }

  isOwn(iri) {
    return iri.startsWith(this.base);
  }

  // The address that a link to an IRI leads to: our page, another site, or none.
  link(iri) {
    if (this.page !== "/") return this.page + encodeURIComponent(iri);
    if (this.isOwn(iri)) return `/${iri.slice(this.base.length)}`;
    return /^https?:\/\//i.test(iri) ? iri : undefined;
  }

  name(iri) {
    return this.byIri.get(iri)?.names[0];
  }

  // The IRI that a token of a query stands for.
  iri({ kind, text }, prefixes) {
    if (text === "a") return RDF_TYPE;
    if (kind === "iri") return new URL(text.slice(1, -1), `${this.base}sparql`).href;
    if (kind !== "name") return undefined;
    const [, prefix, local] = text.match(/^(.*?):(.*)$/s);
    const namespace = prefixes[prefix] || this.prefixes[prefix];
    return namespace === undefined ? undefined : namespace + local;
  }

  // The classes that a subject may have by the patterns about it, or undefined if nothing is known.
  classes(subject, { patterns, prefixes }, depth = 0) {
    const about = patterns.filter((each) => same(each.subject, subject));
    const named = about.filter((each) => isType(each) && !isVariable(each.object));
    if (named.length) return named.map(({ object }) => this.byIri.get(this.iri(object, prefixes))).filter(Boolean);
    const properties = about
      .filter(({ path }) => path.length === 1 && !isVariable(path[0]))
      .map(({ path }) => this.iri(path[0], prefixes))
      .filter((iri) => iri !== RDF_TYPE && this.byIri.has(iri));
    const having = properties.map((iri) => this.uses.filter(({ property }) => property.iri === iri).map((use) => use.class));
    const led = depth < DEEPEST ? patterns.filter((each) => same(each.object, subject) && each.path.length === 1) : [];
    const reached = led.map((each) => this.values(each.subject, each.path, { patterns, prefixes }, depth + 1));
    const known = [...having, ...reached].filter((each) => each?.length);
    if (!known.length) return undefined;
    return [...new Set(known.reduce((one, other) => one.filter((each) => other.includes(each))))];
  }

  // The classes of the values at the end of a path.
  values(subject, path, query, depth = 0) {
    let classes = this.classes(subject, query, depth);
    for (const step of path.filter(({ text }) => text !== "/")) {
      const iri = this.iri(step, query.prefixes);
      const fit = this.uses.filter((use) => use.property.iri === iri && (!classes || classes.includes(use.class)));
      classes = [...new Set(fit.flatMap((use) => use.values))];
    }
    return classes;
  }

  // The properties that things of some classes have, or of any, each with the number of these
  // things; the most frequent ones first, and our own before others of the same number.
  properties(classes) {
    const counts = new Map();
    for (const { class: of, property, count } of this.uses) {
      if (!classes || classes.includes(of)) counts.set(property, Math.max(counts.get(property) ?? 0, count));
    }
    const rank = ({ iri, count }) => count + (this.isOwn(iri) ? 0.5 : 0);
    return [...counts].map(([term, count]) => ({ ...term, count })).sort((one, other) => rank(other) - rank(one));
  }

  // The classes with the numbers of their things.
  sizes() {
    const sizes = this.uses.filter(({ property }) => property.iri === RDF_TYPE);
    return sizes.map(({ class: of, count }) => ({ ...of, count })).sort((one, other) => other.count - one.count);
  }

  // The terms that complete the typed text, by similarity; those of the given kind come first.
  complete(typed, kind, prefixes) {
    return this.matching(this.terms, typed, prefixes, (term) => term.kind !== kind);
  }

  // The terms that complete a text; after a prefix, those of its namespace, by their names as well.
  matching(terms, typed, prefixes, misfits) {
    const [, prefix, local] = typed.match(/^([^:]*):(.*)$/s) ?? [];
    const namespace = prefixes[prefix] || this.prefixes[prefix];
    const inside = namespace ? matching(terms.filter(({ iri }) => iri.startsWith(namespace)), local, misfits) : [];
    return inside.length ? inside : matching(terms, typed, misfits);
  }
}

// The terms that complete a text: those that fit first, then by similarity.
function matching(terms, typed, misfits = () => false) {
  const sought = fold(typed.replace(/^</, ""));
  if (!sought) return terms.slice(0, MOST);
  const word = new RegExp(`(^|[^\\p{L}\\p{N}])${sought.replace(SYNTAX, "\\$&")}`, "u");
  return terms
    .map((term) => ({ term, misfit: misfits(term), ...likeness(term.spellings, sought, word) }))
    .filter(({ rank }) => rank < 3)
    .sort((one, other) => one.misfit - other.misfit || one.rank - other.rank || frequency(other) - frequency(one) || one.length - other.length)
    .slice(0, MOST)
    .map(({ term }) => term);
}

// Among the terms with a word inside of their name, the frequent ones come first.
const frequency = ({ rank, term }) => (rank === 2 && term.count) || 0;

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// The rank of the best spelling: equal, beginning with the text, or with a word that begins with it.
function likeness(spellings, sought, word) {
  const tests = [(each) => each === sought, (each) => each.startsWith(sought), (each) => word.test(each)];
  for (const [rank, test] of tests.entries()) {
    const found = spellings.filter(test);
    if (found.length) return { rank, length: Math.min(...found.map((each) => each.length)) };
  }
  return { rank: tests.length };
}
