// Prints the answers of Comunica to queries as SPARQL JSON, a line for each line that comes in:
// [TYPE, ADDRESS, QUERY] in JSON, where TYPE is "auto" if Comunica is to find out itself.
//   node ask.mjs
import { createInterface } from "node:readline";
import { QueryEngine } from "@comunica/query-sparql";

for await (const line of createInterface({ input: process.stdin })) {
  const [type, value, query] = JSON.parse(line);
  const source = type === "auto" ? { value } : { type, value };
  const engine = new QueryEngine(); // a new one knows nothing of what was asked before
  const found = await engine.query(query, { sources: [source] });
  const { data } = await engine.resultToString(found, "application/sparql-results+json");
  const parts = [];
  for await (const part of data) parts.push(part);
  console.log(JSON.stringify(JSON.parse(parts.join(""))));
}
