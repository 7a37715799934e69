// Shows the terms of answers to people: things by their names in the language of the page, numbers and dates as it
// writes them.

import { gettext, spelled, tag } from "./language.js";

const NUMBER = /#(integer|decimal|double|float|(non)?(positive|negative)Integer|(unsigned)?(long|int|short|byte))$/i;
const DATES = {
  date: { dateStyle: "long" },
  dateTime: { dateStyle: "long", timeStyle: "medium" },
  gYearMonth: { year: "numeric", month: "long" },
};
const MOST = 40; // IRIs in one request, whose address must not be too long

export const isNumber = (term) =>
  term?.type !== "uri" && NUMBER.test(term?.datatype) && Number.isFinite(Number(term.value));

export class Terms {
  constructor(vocabulary, address) {
    this.vocabulary = vocabulary;
    this.address = address;
    this.names = new Map();
  }

  // Ask the server what things are called, unless it has been asked. Return whether anything is new.
  async learn(rows) {
    const asked = new Set();
    for (const term of rows.flatMap((row) => Object.values(row))) {
      if (term.type === "uri" && !this.names.has(term.value) && !/\s/.test(term.value)) asked.add(term.value);
    }
    for (const iri of asked) this.names.set(iri, this.known(iri));
    const wanted = [...asked];
    while (wanted.length) {
      const iris = wanted.splice(0, MOST).join(" ");
      const response = await fetch(`${this.address}?${new URLSearchParams({ iris, lang: tag })}`);
      if (!response.ok) continue; // the names of the vocabulary remain
      for (const [iri, found] of Object.entries(await response.json())) this.names.set(iri, found);
    }
    return asked.size > 0;
  }

  known(iri) {
    const name = this.vocabulary.name(iri);
    return name === undefined ? {} : { name };
  }

  // What people read: a name, a grouped number, a date in words.
  text(term, plain = false) {
    const { type, value, datatype = "" } = term;
    if (type === "uri") {
      const { name } = this.names.get(value) ?? this.known(value);
      return plain || name === undefined ? this.vocabulary.short(value) : name;
    }
    if (plain || type === "bnode") return value;
    if (isNumber(term)) return grouped(value);
    if (datatype.endsWith("#boolean")) return value === "true" ? gettext("Yes") : gettext("No");
    return dated(value, DATES[datatype.split("#").pop()]) ?? value;
  }

  // The element for a term in a table; if `plain`, the term as it is.
  element(term, plain = false) {
    const { type, value, "xml:lang": language } = term;
    const isThing = type === "uri";
    const to = isThing ? this.vocabulary.link(value) : undefined;
    const element = document.createElement(to ? "a" : "span");
    element.textContent = this.text(term, plain);
    if (to) element.href = to;
    if (to && !to.startsWith("/")) element.rel = "nofollow noopener";
    if (isThing) element.title = value;
    if (isThing && element.textContent === this.vocabulary.short(value)) element.className = "iri";
    if (language) element.lang = language;
    const status = isThing && this.names.get(value)?.status;
    const mark = status ? ["rejected", status] : language && ["language", language];
    if (!mark) return element;
    const whole = document.createElement("span");
    const sign = document.createElement("span");
    sign.className = status ? "mark rejected" : mark[0];
    sign.textContent = mark[1];
    whole.append(element, " ", sign);
    return whole;
  }
}

// A number with grouped digits, all of them; a year has four and is not grouped.
export function grouped(value) {
  try {
    return new Intl.NumberFormat(tag, { maximumFractionDigits: 20, useGrouping: "min2" }).format(value);
  } catch {
    return spelled(Number(value));
  }
}

function dated(value, options) {
  const date = options && new Date(value);
  if (!date || Number.isNaN(date.getTime())) return undefined;
  return new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" }).format(date);
}
