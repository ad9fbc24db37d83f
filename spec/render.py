#!/usr/bin/env python3
"""Renders the specification as one HTML page, with an anchor for each section and each requirement.

    python3 render.py PAGE.html

Needs PyPI's markdown-it-py and mdit-py-plugins (requirements.txt). Exit code 1, and no page, if a link leads nowhere on it, a name
stands twice, or a requirement has no anchor.
"""

import html
import re
import sys
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

HERE = Path(__file__).resolve().parent
DOCUMENTS = ("glassine", "relay", "streams", "text", "w3c", "fan-out", "shortening", "operations", "related", "implementing", "registries")
IDENTIFIER = re.compile(r"\b[RO]-[A-Z0-9]+-[0-9]+\b")
DEFINITION = re.compile(r"\[([RO]-[A-Z0-9]+-[0-9]+)\]")


def slug(title):
    """As GitHub and rustdoc make them, so that links between the documents hold."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def first_heading(name):
    return slug((HERE / f"{name}.md").read_text("utf-8").split("\n")[0].lstrip("# "))


def parsed(name):
    """The tokens of a document, whose links lead to the page itself."""
    parser = MarkdownIt("commonmark").enable("table").use(anchors_plugin, max_level=3, slug_func=slug)
    tokens = parser.parse((HERE / f"{name}.md").read_text("utf-8"))
    for at, token in enumerate(tokens):
        if token.type == "inline":
            block = tokens[at - 1]
            item = tokens[at - 2] if at > 1 and tokens[at - 2].type == "list_item_open" else block
            token.children = linked(token.children, None if block.type == "heading_open" else item)
        if token.type == "html_block":
            token.content = re.sub(r"<!-- vector[a-z-]*: (.*) -->", r'<p class="vector">vector <code>\1</code></p>', token.content)
    return parser, tokens


def linked(children, block):
    """The inline tokens with anchors at definitions, and links at other identifiers."""
    made = []
    for at, child in enumerate(children):
        if child.type == "link_open":
            child.attrSet("href", on_page(child.attrGet("href")))
        if child.type != "text" or block is None or any(open_link(children[:at])):
            made.append(child)
            continue
        rest = child.content
        defined = DEFINITION.match(rest) if at == 0 and block.type in ("list_item_open", "paragraph_open") else None
        if defined:
            block.attrSet("id", defined[1])
            made.append(markup(f'<a class="definition" href="#{defined[1]}">{defined[1]}</a>'))
            rest = rest[defined.end():]
        position = 0
        for cited in IDENTIFIER.finditer(rest):
            made.append(text(rest[position:cited.start()]))
            made.append(markup(f'<a href="#{cited[0]}">{cited[0]}</a>'))
            position = cited.end()
        made.append(text(rest[position:]))
    return made


def open_link(children):
    """Whether a link that began has not ended."""
    depth = sum(child.type == "link_open" for child in children) - sum(child.type == "link_close" for child in children)
    if depth:
        yield depth


def text(content):
    return Token("text", "", 0, content=content)


def markup(content):
    return Token("html_inline", "", 0, content=content)


def on_page(target):
    name, _, fragment = target.partition("#")
    if name.removesuffix(".md") in DOCUMENTS and name.endswith(".md"):
        return f"#{fragment or first_heading(name.removesuffix('.md'))}"
    return "#grammar" if target == "glassine.abnf" else target


def contents(tokens):
    """Links to the headings of the first two levels."""
    for token, following in zip(tokens, tokens[1:]):
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            title = re.sub(r"[`*]", "", following.content)
            yield f'<li class="{token.tag}"><a href="#{token.attrGet("id")}">{html.escape(title)}</a></li>'


def page():
    navigation, bodies = [], []
    for name in DOCUMENTS:
        parser, tokens = parsed(name)
        navigation += contents(tokens)
        bodies.append(f'<section>{parser.renderer.render(tokens, parser.options, {})}</section>')
    grammar = html.escape((HERE / "glassine.abnf").read_text("utf-8"))
    navigation.append('<li class="h1"><a href="#grammar">Grammar</a></li>')
    bodies.append(f'<section><h1 id="grammar">Grammar</h1><pre><code>{grammar}</code></pre></section>')
    return TEMPLATE.format(style=STYLE, navigation="\n".join(navigation), body="\n".join(bodies))


def faults(made):
    """What is wrong with a page."""
    names = re.findall(r'\bid="([^"]*)"', made)
    yield from (f"stands twice: {name}" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"leads nowhere: #{to}" for to in sorted(set(re.findall(r'href="#([^"]*)"', made)) - set(names)))
    sources = "\n".join((HERE / f"{name}.md").read_text("utf-8") for name in DOCUMENTS)
    defined = re.findall(r"^(?:- )?\[([RO]-[A-Z0-9]+-[0-9]+)\]", sources, re.MULTILINE)
    yield from (f"has no anchor: {name}" for name in sorted(set(defined) - set(names)))
    if not defined:
        yield "there are no requirements"


STYLE = """
:root { color-scheme: light dark; --line: #8884; --mark: #fd06; --link: light-dark(#0550ae, #79b8ff); }
body { margin: 0; display: grid; grid-template-columns: 18rem minmax(0, 1fr); font: 16px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; box-sizing: border-box; padding: 1rem; border-right: 1px solid var(--line); font-size: .85rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav .h1 { margin-top: .6rem; font-weight: 600; }
nav .h2 { padding-left: .8rem; }
main { max-width: 54rem; padding: 1rem 2rem 6rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
section + section { border-top: 2px solid var(--line); margin-top: 3rem; }
pre, table { font-size: .85rem; overflow-x: auto; display: block; max-width: 100%; }
pre { padding: .8rem; border: 1px solid var(--line); border-radius: 4px; line-height: 1.35; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; vertical-align: top; text-align: left; }
code { font-size: .95em; }
.definition { font: 600 .8em monospace; padding: 0 .3em; border: 1px solid var(--line); border-radius: 3px; margin-right: .3em; }
.vector { font-size: .8rem; margin: 1rem 0 -.8rem; opacity: .7; }
:target { background: var(--mark); scroll-margin-top: 1rem; }
@media (max-width: 60rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
@media print { body { display: block; } nav { display: none; } main { max-width: none; } }
"""

TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Glassine, version 1</title>
<style>{style}</style>
</head>
<body>
<nav><ul>
{navigation}
</ul></nav>
<main>
{body}
</main>
</body>
</html>
"""

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = page()
    # the control: each kind of fault is noticed
    for wrong in (made + '<p id="R-READ-1">', made + '<a href="#nowhere">', made.replace('id="R-READ-1"', "")):
        if not list(faults(wrong)):
            sys.exit("a wrong page was not noticed")
    found = list(faults(made))
    print(*found, sep="\n", end="\n" if found else "")
    if not found:
        Path(sys.argv[1]).write_text(made, "utf-8")
    sys.exit(bool(found))
