// Prints the canonical N-Quads (RDFC-1.0) of JSON-LD documents, one JSON string a line for each URL.
import jsonld from "jsonld";

for (const url of process.argv.slice(2)) {
  const options = { algorithm: "RDFC-1.0", format: "application/n-quads", safe: true };
  console.log(JSON.stringify(await jsonld.canonize(url, options)));
}
