// Makes ../inspect.html of page.html, the modules of the page, the reader, and links to where each
// requirement stands in the specification: one file that needs no server.
//
//     node build.js [OUTPUT]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = process.argv[2] ?? here("../inspect.html");

// In the order in which they need each other.
const MODULES = ["../glassine.js", "./words.js", "./input.js", "./layout.js", "./page.js"];

const scripts = [`const ${nameOf("./links.js")} = { LINKS: ${JSON.stringify(links(), null, 1)} };`];
for (const path of MODULES) scripts.push(asObject(path));

const page = readFileSync(here("page.html"), "utf8");
const tag = '<script type="module" src="./page.js"></script>';
if (page.split(tag).length !== 2) throw new Error(`page.html has ${tag} not once`);
const script = `<script type="module">\n${scripts.join("\n")}\n</script>`;
writeFileSync(
  output,
  page
    .replace(tag, () => script)
    .replace("<!doctype html>\n", "<!doctype html>\n<!-- Made by inspect/build.js. -->\n"),
);

// A module as a constant that has its exports.
function asObject(path) {
  const source = readFileSync(here(path), "utf8");
  if (source.includes("</script")) throw new Error(`${path} would end the script`);
  const name = nameOf(path);
  const exported = [...source.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(
    (match) => match[1],
  );
  const body = source
    .replace(
      /^import \* as (\w+) from "(.+)";$/gm,
      (_, as, from) => `const ${as} = ${nameOf(from)};`,
    )
    .replace(
      /^import \{(.+)\} from "(.+)";$/gm,
      (_, what, from) => `const {${what}} = ${nameOf(from)};`,
    )
    .replace(/^export /gm, "");
  if (/^(import|export)\b/m.test(body))
    throw new Error(`${path} imports or exports in a way that is not known here`);
  return `const ${name} = (() => {\n${body}\nreturn { ${exported.join(", ")} };\n})();`;
}

function nameOf(path) {
  return path.replace(/^\.{1,2}\/(\w+)\.js$/, "module_$1");
}

// Where each requirement stands: the document, and the heading above it.
function links() {
  const requirements = {};
  const folder = here("../../../");
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()) {
    let slug = "";
    for (const line of readFileSync(folder + file, "utf8").split("\n")) {
      const heading = /^#+ (.+)$/.exec(line);
      if (heading) slug = slugOf(heading[1]);
      const requirement =
        /^- \[(R-[A-Z0-9]+-[0-9]+)\] /.exec(line) ?? /^\[(R-[A-Z0-9]+-[0-9]+)\] /.exec(line);
      if (requirement) requirements[requirement[1]] = `../../${file}#${slug}`;
    }
  }
  const sorted = Object.fromEntries(Object.entries(requirements).sort());
  return { specification: "../../glassine.md", reader: "glassine.js", requirements: sorted };
}

// As GitHub and most others make them.
function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}
