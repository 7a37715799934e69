// Formats a query: a statement on each line, two spaces for each group, four after a semicolon. Comments stay, and
// round and square brackets stay on their line.

import { everything } from "./syntax.js";

const CLAUSES = /^(PREFIX|BASE|SELECT|ASK|CONSTRUCT|DESCRIBE|FROM|GROUP|ORDER|HAVING|LIMIT|OFFSET|VALUES)$/i;
const STATEMENTS = /^(FILTER|OPTIONAL|BIND|MINUS|GRAPH|SERVICE|VALUES|SELECT|GROUP|ORDER|HAVING|LIMIT|OFFSET)$/i;

export function formatted(text) {
  const lines = [""];
  const open = []; // the brackets around a token: `{`, `(`, `[`, or `=` for the data of VALUES
  let [before, gap, isMore, hasData, isPrologue] = ["", "", false, false, true];
  const isGroup = () => !open.length || open.at(-1) === "{";
  const line = (isBlank = false) => {
    const last = lines.at(-1);
    if (last.trim()) lines.push("");
    if (isBlank && lines.length > 1 && lines.at(-2) !== "") lines.push("");
  };
  const put = (token, space) => {
    const current = lines.at(-1);
    const depth = open.filter((each) => each === "{").length + (isMore ? 1 : 0);
    lines[lines.length - 1] = current.trim() ? current + (space ? " " : "") + token : "  ".repeat(depth) + token;
  };
  for (const { kind, text: token } of everything(text)) {
    if (kind === "space") {
      gap += token;
      if (!token.startsWith("#")) continue;
      const own = /\n/.test(gap.slice(0, -token.length)) || !before;
      if (own) line(/\n\s*\n/.test(gap));
      put(token.trimEnd(), true);
      lines.push("");
      [before, gap] = [token, ""];
      continue;
    }
    const word = kind === "word" ? token.toUpperCase() : "";
    const broken = isGroup() && /\n/.test(gap);
    const blank = /\n\s*\n/.test(gap);
    if (token === "}") {
      const top = open.pop();
      isMore = false;
      if (top === "{") line();
      put(token, top === "=");
    } else if (token === ")" || token === "]") {
      open.pop();
      put(token, gap);
    } else {
      const begins = (open.length ? STATEMENTS : CLAUSES).test(word) && isGroup() && before.toUpperCase() !== "NOT";
      const ends = isGroup() && [".", "}"].includes(before) && ![".", ";", ",", "UNION"].includes(word || token);
      const after = isGroup() && before === ")" && open.length && /^[?$_<:\p{L}]/u.test(token) && word !== "AS" && word !== "";
      if (isPrologue && word && !["PREFIX", "BASE"].includes(word)) {
        isPrologue = false;
        line(Boolean(before) && !before.startsWith("#"));
      } else if (begins || ends || (before === "{" && isGroup()) || after || (broken && ![".", ";", ",", "{"].includes(token))) {
        if (begins || before === "." || before === "}") isMore = false;
        if (word !== "WHERE" || before === "}") line(blank && before !== "{");
      }
      const space = gap || [".", ";", "{"].includes(token) || before === "{" || before === "}" || before === ",";
      put(token, space && !([",", ";", "."].includes(token) && !isGroup() && !gap));
    }
    if (word === "VALUES") hasData = true;
    if (token === "{") {
      open.push(hasData ? "=" : "{");
      [hasData, isMore] = [false, false];
      if (open.at(-1) === "{") line();
    } else if (token === "(" || token === "[") open.push(token);
    else if (isGroup() && open.length && token === ".") {
      isMore = false;
      line();
    } else if (isGroup() && token === ";") {
      isMore = true;
      line();
    }
    [before, gap] = [token, ""];
  }
  return lines.join("\n").trimEnd();
}
