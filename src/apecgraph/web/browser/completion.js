// Completion while typing: our prefixes, and our terms by label or name.
// Yasqe's own completers query other hosts and are disabled.

import { Yasqe } from "@zazuko/yasqe";
import { gettext } from "./language.js";

const WORD = /<?[\p{L}\p{N}_:\/.#-]*$/u;
const REST = /^[\p{L}\p{N}_:\/.#-]*>?/u;
const SHORTEST = 2;
const KINDS = { class: gettext("class"), property: gettext("property"), thing: gettext("thing") };

export function enable(vocabulary) {
  Yasqe.forkAutocompleter("prefixes", {
    name: "ours",
    persistenceId: null,
    get: () => vocabulary.namespaces.map(([prefix, namespace]) => `${prefix}: <${namespace}>`),
  });
  Yasqe.registerAutocompleter(terms(vocabulary));
  Yasqe.defaults.autocompleters = ["ours", "variables", "terms"];
}

function terms(vocabulary) {
  return {
    name: "terms",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition(yasqe) {
      const [before] = around(yasqe);
      const { type } = yasqe.getTokenAt(yasqe.getDoc().getCursor());
      return (
        before.length >= SHORTEST &&
        !["comment", "string", "atom", "keyword"].includes(type) &&
        !/PREFIX\s+\S*$/i.test(lineBefore(yasqe)) &&
        !/[?$"'@]$/.test(lineBefore(yasqe).slice(0, -before.length))
      );
    },
    preProcessToken(yasqe, token) {
      const { ch } = yasqe.getDoc().getCursor();
      const [before, after] = around(yasqe);
      return { ...token, typed: before, from: { ch: ch - before.length }, to: { ch: ch + after.length } };
    },
    get(yasqe, { typed }) {
      return vocabulary.complete(typed, kind(yasqe)).map(({ written }) => written);
    },
    postprocessHints(yasqe, hints) {
      const found = new Map(vocabulary.terms.map((term) => [term.written, term]));
      return hints.map((hint) => ({ ...hint, render: (element) => show(element, found.get(hint.text), vocabulary) }));
    },
  };
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

// A class follows `a`; a property may replace `a`; everything else is a thing.
function kind(yasqe) {
  const { line, ch } = yasqe.getDoc().getCursor();
  const [before] = around(yasqe);
  const { possibleCurrent, lastProperty } = yasqe.getTokenAt({ line, ch: ch - before.length }).state;
  if (possibleCurrent.includes("a")) return "property";
  return ["a", "rdf:type"].includes(lastProperty) ? "class" : "thing";
}

function show(element, { iri, names, kind }, vocabulary) {
  const label = document.createElement("span");
  label.textContent = names[0] ?? vocabulary.short(iri);
  const code = document.createElement("code");
  code.textContent = `${vocabulary.short(iri)} (${KINDS[kind]})`;
  element.append(label, " ", code);
}
