// Builds the editor into the package's static files, with the licences of all that is in it. `make assets` runs it.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const STATIC = "../server/kizuna/web/static/";
const YASQE = "node_modules/@zazuko/yasqe/build/yasqe.esm.js";

// What YASQE brings that pages must not have: a fallback by eval() for browsers without JSON, lists of prefixes and
// terms from elsewhere, an endpoint of others. Each must be there once, so that a new version is looked at anew.
const CUT = [
  ['j = eval("(" + text + ")")', "j = undefined"],
  ["https://dbpedia.org/sparql", "/sparql"],
  ["lov.linkeddata.es/dataset/lov/api/v2/autocomplete/terms", "localhost.invalid"],
];

const tamed = {
  name: "tamed",
  setup(bundle) {
    bundle.onLoad({ filter: /yasqe\.esm\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [old, by] of CUT) {
        if (contents.split(old).length !== 2) throw new Error(`not once in ${YASQE}: ${old}`);
        contents = contents.replace(old, () => by);
      }
      return { contents };
    });
  },
};

await build({
  entryPoints: { editor: "editor.js" },
  outdir: STATIC,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  banner: { js: "/* Licences: THIRD-PARTY.txt */", css: "/* Licences: THIRD-PARTY.txt */" },
  plugins: [tamed],
});

const MIT = readFileSync("mit.txt", "utf8");
const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const shipped = Object.entries(lock).filter(([path, about]) => path && !about.dev && !path.includes("@types/"));
const notices = shipped.map(([path, about]) => {
  const { author } = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
  const who = typeof author === "object" ? author.name : author;
  const files = readdirSync(path).filter((name) => /^licen[cs]e(\.|$)/i.test(name));
  const said = files.map((name) => readFileSync(`${path}/${name}`, "utf8").trim());
  if (!said.length && about.license !== "MIT") throw new Error(`${path} has no licence`);
  const text = said.length ? said.join("\n\n") : `Copyright (c) ${who}\n\n${MIT.trim()}`;
  return `${path.replace(/.*node_modules\//, "")} ${about.version} (${about.license})\n\n${text}\n`;
});
const line = `\n${"-".repeat(80)}\n\n`;
writeFileSync(
  `${STATIC}THIRD-PARTY.txt`,
  `editor.js and editor.css hold these packages, built by assets/build.mjs.\n${line}${notices.join(line)}`,
);
if (!existsSync(`${STATIC}editor.js`)) throw new Error("nothing was built");
