// Prints the canonical N-Quads (RDFC-1.0) of JSON-LD documents, one JSON string a line for each URL.
import jsonld from "jsonld";

const options = { algorithm: "RDFC-1.0", format: "application/n-quads", safe: true };
for (const url of process.argv.slice(2)) {
  const expanded = await jsonld.expand(url, { safe: true });
  console.log(JSON.stringify(await jsonld.canonize(expanded, options)));
}
