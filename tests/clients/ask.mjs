// Puts queries to sources with Comunica: reads [[query, [source, ...]], ...], prints a line for each.
import { QueryEngine } from "@comunica/query-sparql";
import { text } from "node:stream/consumers";

const engine = new QueryEngine();
for (const [query, sources] of JSON.parse(await text(process.stdin))) {
  let answer;
  try {
    const result = await engine.query(query, { sources });
    const format = result.resultType === "quads" ? "application/n-quads" : "application/sparql-results+json";
    const { data } = await engine.resultToString(result, format);
    answer = await text(data);
  } catch (error) {
    answer = `error: ${error.message}`;
  }
  console.log(JSON.stringify(answer));
}
