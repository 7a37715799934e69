// Leads the canonical base of the publication to the server under test, as w3id.org does for others.
const { BASE, SERVER } = process.env;
const { fetch } = globalThis;

function led(url) {
  return String(url).startsWith(BASE) ? `${SERVER}/${String(url).slice(BASE.length)}` : url;
}

globalThis.fetch = (asked, options) =>
  fetch(asked instanceof Request ? new Request(led(asked.url), asked) : led(asked), options);
