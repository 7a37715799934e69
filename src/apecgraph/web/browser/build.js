// Bundles the scripts of the pages: node build.js DIRECTORY. File names contain hashes; manifest.json maps to them.

import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ENTRIES = ["editor.js", "answer.js"];

// The Content-Security-Policy forbids <style> and style attributes; editor.css has these rules instead.
const PATCHES = {
  "yasqe.esm.js": [["<strong style='text-decoration:underline'>", "<strong>"]],
  "plot.js": [['svg.append("style").text(', 'void (']],
};

const patches = {
  name: "patches",
  setup({ onLoad }) {
    onLoad({ filter: /(yasqe\.esm|plot\/src\/plot)\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [old, patched] of PATCHES[path.split("/").pop()]) {
        if (contents.split(old).length !== 2) throw new Error(`${path} does not contain exactly once: ${old}`);
        contents = contents.replace(old, () => patched);
      }
      return { contents };
    });
  },
};

// The licences of the bundled packages, which must accompany them.
async function licences() {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
  const texts = [];
  for (const [path, { version, license, dev, devOptional }] of Object.entries(packages)) {
    if (!path || dev || devOptional) continue;
    const { author, contributors } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
    const names = [author, ...(contributors ?? [])].map((each) => each?.name ?? each).filter(Boolean);
    const file = (await readdir(path)).find((name) => /^(licen[cs]e|copying)/i.test(name));
    const text = file ? await readFile(join(path, file), "utf8") : "";
    const name = path.split("node_modules/").pop();
    texts.push(`${name} ${version}, ${license}, ${names.join(", ")}\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

const [directory] = process.argv.slice(2);
await rm(directory, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ENTRIES,
  outdir: directory,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [patches],
});
const made = {};
for (const [path, { entryPoint, cssBundle }] of Object.entries(metafile.outputs)) {
  if (!entryPoint) continue;
  made[entryPoint] = path.split("/").pop();
  if (cssBundle) made[entryPoint.replace(/js$/, "css")] = cssBundle.split("/").pop();
}
await writeFile(join(directory, "LICENSES.txt"), await licences());
await writeFile(join(directory, "manifest.json"), JSON.stringify(made, null, 2) + "\n");
