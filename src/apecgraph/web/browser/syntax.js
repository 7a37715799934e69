// Reads the text of a query as far as completion, conditions and parameters need it: tokens, triple patterns, and the
// place of the cursor (SPARQL 1.1 Query Language, sections 4.1, 5 and 19.8). It never fails: the server reports errors.

const TOKEN = new RegExp(
  [
    /(?<space>\s+|#[^\r\n]*)/,
    /(?<iri><[^<>"{}|^`\\\s]*>)/,
    /(?<string>"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')(?:@[\p{L}\d-]+)?/,
    /(?<variable>[?$][\p{L}\p{N}_]+)/,
    /(?<blank>_:[\p{L}\p{N}_-]+)/,
    /(?<name>(?:\p{L}[\p{L}\p{N}_-]*)?:(?:[\p{L}\p{N}_:%\\-]|\.(?=[\p{L}\p{N}_-]))*)/,
    /(?<word>\p{L}[\p{L}\p{N}_]*)/,
    /(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<sign>\^\^|&&|\|\||[<>!]=|[^])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu",
);
const TERMS = ["iri", "string", "variable", "blank", "name", "number"];
const LISTED = ["VALUES", "SELECT", "DISTINCT", "REDUCED", "BY", "ASC", "DESC", "LIMIT", "OFFSET", "FROM", "NAMED"];
const TYPE = ["a", "rdf:type", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"];

// The tokens of a text with white space and comments: their kind, text, start and end.
export function everything(text) {
  return [...text.matchAll(TOKEN)].map((match) => ({
    kind: Object.entries(match.groups).find(([, value]) => value !== undefined)[0],
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

// The tokens without white space and comments.
export function tokens(text) {
  return everything(text).filter(({ kind }) => kind !== "space");
}

export const isType = ({ path }) => path.length === 1 && TYPE.includes(path[0].text);
export const isVariable = (token) => token?.kind === "variable";
export const nameOf = ({ text }) => text.slice(1);
export const same = (one, other) =>
  one && other && (isVariable(one) && isVariable(other) ? nameOf(one) === nameOf(other) : one.text === other.text);

// Read the triple patterns of a text and the place of the cursor: `expects` is "subject", "property", "object",
// "end" of a statement, "data" of VALUES, "clause" outside of groups, or undefined in an expression; the groups of a pattern are the brackets that it is in, so patterns of outer groups hold for inner ones.
export function read(text, cursor = Infinity) {
  const patterns = [];
  const prefixes = {};
  const stack = [];
  let group, place, skipped, before;
  const open = (kind) => {
    stack.push(group);
    group = { kind, groups: [...(group?.groups ?? []), Symbol(kind)], expects: "subject", path: [] };
  };
  const term = (token) => {
    if (group.expects === "object") {
      patterns.push({ subject: group.subject, path: group.path, object: token, groups: group.groups, end: token.end });
      group.expects = "end";
    } else if (group.expects === "property") {
      group.path = [...group.path, token];
      group.expects = "object";
    } else {
      Object.assign(group, { subject: token, path: [], expects: "property" });
    }
  };
  for (const token of tokens(text)) {
    if (!place && token.end >= cursor && (token.start >= cursor || token.kind !== "sign")) place = seen(group, token);
    const word = token.kind === "word" ? token.text.toUpperCase() : "";
    if (before === "PREFIX" && token.kind === "name") prefixes[token.text.slice(0, -1)] = "";
    else if (!group && token.kind === "iri" && Object.values(prefixes).includes("")) {
      prefixes[Object.keys(prefixes).find((each) => !prefixes[each])] = token.text.slice(1, -1);
    }
    if (token.text === "{") {
      open(skipped === "VALUES" ? "values" : "group");
      skipped = undefined;
    } else if (token.text === "}") {
      group = stack.pop();
      if (group) Object.assign(group, { expects: "subject", subject: undefined });
      skipped = undefined;
    } else if (!group || group.kind === "values") {
      // the prologue, the projection and data have no patterns
    } else if (group.kind === "brackets") {
      if (token.text === "(") open("brackets");
      else if (token.text === ")") {
        group = stack.pop();
        if (group.expects === "object" && !group.path.length) group.expects = "property";
      }
    } else if (word && !(word === "A" && group.expects === "property")) {
      if (["TRUE", "FALSE"].includes(word)) term(token);
      else skipped = word;
    } else if (token.text === "(" && group.expects !== "property") {
      open("brackets");
    } else if (token.text === ".") {
      Object.assign(group, { expects: "subject", subject: undefined, path: [] });
    } else if (token.text === ";") Object.assign(group, { expects: "property", path: [] });
    else if (token.text === ",") group.expects = "object";
    else if (token.text === "[") {
      const node = { ...token, kind: "blank", text: `_:${token.start}` };
      term(node);
      open("node");
      Object.assign(group, { subject: node, expects: "property", groups: group.groups.slice(0, -1) });
    } else if (token.text === "]" && group.kind === "node") {
      group = stack.pop();
    } else if (["/", "|"].includes(token.text) && group.expects === "object") {
      group.path = [...group.path, token];
      group.expects = "property";
    } else if (["^", "!"].includes(token.text) && group.expects === "property") group.path = [...group.path, token];
    else if (["*", "+", "?"].includes(token.text) && group.expects === "object") group.path = [...group.path, token];
    else if (before === "^^" || skipped === "GRAPH" || skipped === "SERVICE") skipped = undefined;
    else if (LISTED.includes(skipped)) continue;
    else if (TERMS.includes(token.kind) || word === "A") term(token);
    before = word || token.text;
  }
  place ??= seen(group);
  return { patterns, prefixes, place };
}

function seen(group, token) {
  if (!group || group.kind === "values") return { groups: [], expects: group ? "data" : "clause" };
  const { expects, subject, path, groups, kind } = group;
  return { expects: kind === "brackets" ? undefined : expects, subject, path, groups, token };
}

// The start and the end of the outermost group of a query, or undefined.
export function body(text) {
  let depth = 0;
  let start;
  let before = "";
  for (const token of tokens(text)) {
    if (token.text === "{" && !depth++) start = before === "CONSTRUCT" ? undefined : token.end;
    else if (token.text === "}" && !--depth && start !== undefined) return { start, end: token.start };
    before = token.text.toUpperCase();
  }
  return undefined;
}

// The names of the variables that expressions define before the outermost group, to which conditions cannot apply.
export function defined(text) {
  const list = tokens(text.slice(0, body(text)?.start ?? 0));
  return new Set(list.filter((_, at) => list[at - 1]?.text.toUpperCase() === "AS").map(nameOf));
}

// Add a line at the end of the outermost group.
export function withCondition(text, condition) {
  const { end } = body(text);
  const head = text.slice(0, end).trimEnd();
  return `${head}${/[.;{}]$/.test(head) ? "" : " ."}\n  ${condition}\n${text.slice(end)}`;
}
