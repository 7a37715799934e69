// The forms in which a query is passed on: its link, its address, and programs that ask it.

import { gettext } from "./language.js";
import { element } from "./table.js";

// The address of this page with a query. The fragment is not sent, so the query may be long.
export function address(query, cites, page = location.pathname) {
  return `${page}#query=${encodeURIComponent(query)}${cites ? "&cite=1" : ""}`;
}

// The forms of a query: label and text.
export function forms(query, cites, endpoint) {
  const url = new URL(endpoint, location.href).href;
  const asked = new URLSearchParams({ query, ...(cites && { cite: "1" }) });
  const quoted = `'${query.replaceAll("'", "'\\''")}'`;
  const raw = JSON.stringify(query).replaceAll("\\n", '\\n"\n    "');
  const data = cites ? `{"query": query, "cite": "1"}` : `{"query": query}`;
  return [
    [gettext("Link to this page"), new URL(address(query, cites), location.href).href],
    [gettext("Address of the answer, as CSV"), `${url}?${asked}&format=csv`],
    [gettext("Frame in a page of another site"), frame(query, endpoint)],
    ["curl", `curl -sS ${url} -H 'Accept: text/csv'${cites ? " -d cite=1" : ""} --data-urlencode query=${quoted}`],
    [
      "Python",
      `import csv, io, urllib.parse, urllib.request

query = (
    ${raw}
)
asked = urllib.parse.urlencode(${data}).encode()
request = urllib.request.Request("${url}", asked, {"Accept": "text/csv"})
with urllib.request.urlopen(request) as answer:
    for row in csv.DictReader(io.TextIOWrapper(answer, "utf-8")):
        print(row)
`,
    ],
  ];
}

function frame(query, endpoint) {
  const src = new URL(`/embed/sparql#query=${encodeURIComponent(query)}`, endpoint).href;
  return `<iframe src="${src.replaceAll("&", "&amp;").replaceAll("'", "%27")}" width="800" height="500" loading="lazy" title="${gettext("Answer to a query")}"></iframe>`;
}

// Show the forms, each with a button that copies it.
export function show(place, listed) {
  place.replaceChildren(
    ...listed.flatMap(([label, text]) => {
      const shown = element("pre", { tabIndex: 0, textContent: text });
      const button = element("button", { type: "button", className: "plain", textContent: gettext("Copy") });
      button.ariaLabel = gettext("Copy: %(label)s", { label });
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = gettext("Copied");
      });
      return [element("dt", {}, label, " ", button), element("dd", {}, shown)];
    }),
  );
}
