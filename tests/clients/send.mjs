// Puts a query to the server with the clients that pages and scripts use; prints the names that each
// of them has found, as a line of JSON. The page of jQuery is on another site.
import axios from "axios";
import { jQueryFactory } from "jquery/factory";
import { JSDOM } from "jsdom";
import ParsingClient from "sparql-http-client/ParsingClient.js";

const query = process.argv[2];
const endpoint = `${process.env.SERVER}/sparql`;
const fields = new URLSearchParams({ query });
const $ = jQueryFactory(new JSDOM("", { url: "https://example.org/" }).window);
const headers = { Authorization: "Bearer x", "X-Mine": "y" }; // which need a preflight
const client = new ParsingClient({ endpointUrl: endpoint });

const clients = {
  "fetch": async () => (await fetch(`${endpoint}?${fields}`)).json(),
  "fetch, form": async () => (await fetch(endpoint, { method: "POST", body: fields })).json(),
  "axios": async () => (await axios.get(endpoint, { params: { query } })).data,
  "axios, form": async () => (await axios.post(endpoint, fields)).data,
  "jQuery": () => $.ajax(endpoint, { data: { query }, dataType: "json", cache: false }),
  "jQuery, form": () => $.ajax(endpoint, { method: "POST", data: { query } }),
  "jQuery, headers": () => $.ajax(endpoint, { data: { query }, headers }),
};
for (const operation of ["get", "postUrlencoded", "postDirect"]) {
  clients[`sparql-http-client, ${operation}`] = async () => ({
    results: { bindings: await client.query.select(query, { operation }) },
  });
}
for (const [name, ask] of Object.entries(clients)) {
  const { results } = await ask();
  console.log(JSON.stringify([name, results.bindings.map((row) => row.name.value).sort()]));
}
