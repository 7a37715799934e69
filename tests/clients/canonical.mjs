// Leads the canonical base of the publication to the server under test, as w3id.org does for others:
// for fetch, which Comunica uses, and for jsonld.js, which has its own.
import jsonld from "jsonld";

const { BASE, SERVER } = process.env;
const { fetch } = globalThis;
const { documentLoader } = jsonld;

function led(url) {
  return String(url).startsWith(BASE) ? `${SERVER}/${String(url).slice(BASE.length)}` : url;
}

globalThis.fetch = (asked, options) =>
  fetch(asked instanceof Request ? new Request(led(asked.url), asked) : led(asked), options);
jsonld.documentLoader = (url, options) => documentLoader(led(url), options);
