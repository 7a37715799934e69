// Parameters: each `$name` of a query is a field with suggestions. A value is written into the query, as the data of
// `VALUES $name { … }`, so that the query, its link and its downloads are the same for everybody.

import { gettext } from "./language.js";
import { body, read, tokens } from "./syntax.js";
import { element } from "./table.js";

// The names of the parameters of a text.
export function parameters(text) {
  return [...new Set(tokens(text).filter((each) => each.kind === "variable" && each.text[0] === "$").map((each) => each.text.slice(1)))];
}

// The place of the data of a parameter; undefined if the query has none.
function data(text, name) {
  const list = tokens(text);
  const at = list.findIndex(
    (each, index) => each.text.toUpperCase() === "VALUES" && list[index + 1]?.text.slice(1) === name && list[index + 2]?.text === "{",
  );
  if (at < 0) return undefined;
  const [open, close] = [list[at + 2], list.slice(at).find((each) => each.text === "}")];
  return close && { first: list[at].start, start: open.end, end: close.start, last: close.end };
}

export function valueOf(text, name) {
  const found = data(text, name);
  return found ? text.slice(found.start, found.end).trim() : "";
}

// Write the value of a parameter into the text; without a value, its data are removed.
export function withValue(text, name, value) {
  const found = data(text, name);
  if (found && value) return `${text.slice(0, found.start)} ${value} ${text.slice(found.end)}`;
  if (found) return text.slice(0, found.first) + text.slice(found.last).replace(/^\s*\n\s*/, "");
  const place = body(text);
  return value && place ? `${text.slice(0, place.start)}\n  VALUES $${name} { ${value} }${text.slice(place.start)}` : text;
}

export class Fields {
  // `completion` finds the values, `change` is called with the text of the query with a new value.
  constructor(place, completion, terms, change) {
    Object.assign(this, { place, completion, terms, change });
  }

  // Show a field for each parameter of a text.
  show(text) {
    this.text = text;
    const names = parameters(text);
    const same = names.join() === this.names?.join();
    this.names = names;
    this.place.hidden = !names.length;
    if (!same) this.place.replaceChildren(...names.map((name) => this.field(name)));
    for (const name of names) this.fill(name);
  }

  field(name) {
    const input = element("input", { id: `parameter-${name}`, autocomplete: "off", spellcheck: false });
    const options = element("datalist", { id: `values-${name}` });
    input.setAttribute("list", options.id);
    input.addEventListener("focus", () => this.suggest(name, options), { once: true });
    input.addEventListener("change", () => this.set(name, input));
    input.addEventListener("focus", () => input.select());
    const label = element("label", { textContent: name.replaceAll("_", " ") });
    label.htmlFor = input.id;
    return element("span", {}, label, " ", input, options);
  }

  async suggest(name, options) {
    const values = await this.values(name);
    options.replaceChildren(...values.map((each) => element("option", { value: each.names[0] })));
    return values;
  }

  // What the parameter may be: the values that its first pattern leads to.
  values(name) {
    const query = read(this.text);
    const pattern = query.patterns.find(({ object, path }) => object.text.slice(1) === name && path.length);
    return pattern ? this.completion.values(pattern.subject, pattern.path, query) : [];
  }

  // Show the value of the query by its name.
  async fill(name) {
    const input = this.place.querySelector(`#parameter-${CSS.escape(name)}`);
    const value = valueOf(this.text, name);
    input.placeholder = gettext("any");
    if (value === input.shown) return; // the reader may be typing
    input.shown = value;
    input.value = await this.name(value);
  }

  async name(value) {
    const [token, ...others] = tokens(value);
    if (!token) return "";
    if (others.length) return value;
    if (token.kind === "string") return token.text.match(/^(["'])(.*)\1/s)?.[2] ?? value;
    const iri = this.completion.vocabulary.iri(token, read(this.text).prefixes);
    if (!iri) return value;
    const term = { type: "uri", value: iri };
    await this.terms.learn([{ term }]);
    return this.terms.text(term);
  }

  async set(name, input) {
    const typed = input.value.trim();
    const fold = (text) => text.toLocaleLowerCase();
    const values = typed ? await this.values(name) : [];
    const found =
      values.find(({ names }) => names.some((each) => fold(each) === fold(typed))) ??
      values.find(({ spellings }) => spellings.some((each) => each.startsWith(fold(typed))));
    const value = found?.written ?? (typed && tokens(typed).every(({ kind }) => ["iri", "name", "number", "string"].includes(kind)) ? typed : "");
    input.setCustomValidity(typed && !value ? gettext("There is no such value: choose one of the list.") : "");
    if (!input.reportValidity()) return;
    this.change(withValue(this.text, name, value));
  }
}

