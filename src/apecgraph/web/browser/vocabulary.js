// The vocabulary of the data, from /sparql/vocabulary.json: for completion, and to show IRIs by their labels.

const LOCAL = /^[A-Za-z_][\w-]*$/;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
const MOST = 50;

export class Vocabulary {
  constructor({ base, page, prefixes, terms }) {
    this.base = base;
    this.page = page;
    this.prefixes = prefixes;
    this.namespaces = Object.entries(prefixes);
    this.terms = terms.map((term) => {
      const written = this.written(term.iri);
      const own = term.iri.split(/[/#]/).pop();
      return { ...term, written, spellings: [...term.names, own, written].map(fold) };
    });
    this.byIri = new Map(this.terms.map((term) => [term.iri, term]));
  }

  // An IRI as written in a query: with a prefix, or in angle brackets.
  written(iri) {
    return this.prefixed(iri) ?? `<${iri}>`;
  }

  // An IRI as shown to people: our own IRIs are relative to the base.
  short(iri) {
    return this.prefixed(iri) ?? (this.isOwn(iri) ? iri.slice(this.base.length) : iri);
  }

  prefixed(iri) {
    const found = this.namespaces.find(([, namespace]) => iri.startsWith(namespace));
    const local = found && iri.slice(found[1].length);
    return found && LOCAL.test(local) ? `${found[0]}:${local}` : undefined;
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

  // The terms that complete the typed text: those that fit the position first, then by similarity.
  complete(typed, kind) {
    const sought = fold(typed.replace(/^</, ""));
    if (!sought) return [];
    const word = new RegExp(`(^|[^\\p{L}\\p{N}])${sought.replace(SYNTAX, "\\$&")}`, "u");
    return this.terms
      .map((term) => ({ term, misfit: term.kind !== kind, ...likeness(term.spellings, sought, word) }))
      .filter(({ rank }) => rank < 3)
      .sort((one, other) => one.misfit - other.misfit || one.rank - other.rank || one.length - other.length)
      .slice(0, MOST)
      .map(({ term }) => term);
  }
}

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
