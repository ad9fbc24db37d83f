// Compiles a grammar to Python: node compile.js MODULES GRAMMAR OUT, where MODULES is the directory of the npm packages.
// The compiler takes the grammar as an object, so its YAML is parsed here.
"use strict";
const fs = require("fs");
const path = require("path");

const [modules, grammar, out] = process.argv.slice(2);
const compiler = require(path.join(modules, "kaitai-struct-compiler"));
const yaml = require(path.join(modules, "yaml"));

const noImports = { importYaml: (name) => Promise.reject(new Error(`the grammar imports ${name}`)) };

compiler.compile("python", yaml.parse(fs.readFileSync(grammar, "utf8")), noImports, false).then(
    (files) => {
        for (const [name, source] of Object.entries(files)) {
            fs.writeFileSync(path.join(out, name), source);
        }
    },
    (error) => {
        console.error(String(error));
        process.exit(1);
    },
);
