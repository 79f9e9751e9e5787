// Prints the answer of Comunica to a query as SPARQL JSON. TYPE is "auto" where it finds out itself.
//   node ask.mjs TYPE ADDRESS QUERY
import { QueryEngine } from "@comunica/query-sparql";

const [type, value, query] = process.argv.slice(2);
const source = type === "auto" ? { value } : { type, value };
const engine = new QueryEngine();
const found = await engine.query(query, { sources: [source] });
const { data } = await engine.resultToString(found, "application/sparql-results+json");
data.pipe(process.stdout);
