// Asks the endpoint, and reads its answer: a table, yes or no, or triples.

import { tokens } from "./syntax.js";

const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";
const LONGEST_ADDRESS = 6000;
const STATEMENT = /^(<[^>]*>|_:\S+) <([^>]*)> (?:<([^>]*)>|(_:\S+)|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?) ?\.$/u;
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

// An error of the server with the details of RFC 9457, or of the connection.
export class Refusal extends Error {
  constructor(details) {
    super(details.detail ?? details.title);
    this.details = details;
  }
}

// Ask a query; `progress` is called with the number of bytes that have arrived.
export async function ask(endpoint, query, { cites = false, signal, progress = () => {} } = {}) {
  const asked = new URLSearchParams({ query });
  const headers = { Accept: ACCEPT, ...(cites && { Prefer: "cite" }) };
  const address = `${endpoint}?${asked}`;
  const short = address.length <= LONGEST_ADDRESS;
  const response = await fetch(short ? address : endpoint, {
    headers,
    signal,
    ...(!short && { method: "POST", body: asked }),
  });
  const text = await whole(response, progress);
  if (!response.ok) throw new Refusal(details(text, response.status));
  return new Answer(text, response.headers, query);
}

async function whole(response, progress) {
  const decoder = new TextDecoder();
  const parts = [];
  let size = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return parts.join("") + decoder.decode();
    progress((size += value.length));
    parts.push(decoder.decode(value, { stream: true }));
  }
}

function details(text, status) {
  try {
    return { status, ...JSON.parse(text) };
  } catch {
    return { status, title: text.slice(0, 300) };
  }
}

// What the server answered: `variables` and `rows` of a table (three of triples), or `boolean`.
export class Answer {
  constructor(text, headers, query) {
    this.text = text;
    this.cached = /\bhit\b/.test(headers.get("Cache-Status") ?? "");
    this.isGraph = headers.get("Content-Type").startsWith("application/n-triples");
    if (this.isGraph) {
      this.variables = ["subject", "property", "value"];
      this.rows = text.split("\n").filter(Boolean).map(statement);
      return;
    }
    const { head, results, boolean, citations } = JSON.parse(text);
    this.boolean = boolean;
    this.citations = citations;
    this.variables = inOrder(head.vars ?? [], query);
    this.rows = results?.bindings ?? [];
  }
}

// With `SELECT *`, the variables in the order of their appearance.
function inOrder(variables, query) {
  if (!/\bSELECT\s+(DISTINCT\s+|REDUCED\s+)?\*/i.test(query)) return variables;
  const written = tokens(query).map(({ text }) => text.slice(1));
  return [...variables].sort((one, other) => written.indexOf(one) - written.indexOf(other));
}

function statement(line) {
  const [, subject, property, iri, blank, value, language, datatype] = line.match(STATEMENT) ?? [];
  const object =
    value === undefined
      ? node(iri === undefined ? blank : `<${iri}>`)
      : { type: "literal", value: unescaped(value), ...(language && { "xml:lang": language }), datatype };
  return { subject: node(subject), property: node(`<${property}>`), value: object };
}

function node(text = "") {
  return text.startsWith("<")
    ? { type: "uri", value: unescaped(text.slice(1, -1)) }
    : { type: "bnode", value: text.slice(2) };
}

function unescaped(text) {
  return text.replace(/\\(?:u([\dA-F]{4})|U([\dA-F]{8})|(.))/giu, (_, short, long, sign) =>
    sign ? (ESCAPES[sign] ?? sign) : String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}

// Write a term of an answer as in a query.
export function written({ type, value, datatype, "xml:lang": language }, vocabulary) {
  if (type === "uri") return vocabulary.written(value);
  const text = JSON.stringify(value).replace(/\\u([\da-f]{4})/gi, "\\u$1");
  if (language) return `${text}@${language}`;
  return datatype && !datatype.endsWith("#string") ? `${text}^^<${datatype}>` : text;
}
