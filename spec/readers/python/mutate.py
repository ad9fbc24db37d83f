#!/usr/bin/env python3
"""Measures the vectors: makes wrong readers of this one, a change at a time, and names those that every vector lets pass.

    python3 mutate.py            every mutant; exit code 1 if one survives that equivalents.json does not name, or the other mode round
    python3 mutate.py wrap_text only those of functions with this in their name

A mutant is named by file, function, the expression as it is and as it becomes. Those in equivalents.json read and write what the
original does, or differ in what the specification leaves open; each has its reason there.
"""

import ast
import copy
import json
import signal
import sys
import types
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
FILES = {"glassine": "glassine/__init__.py", "policy": "glassine/policy.py"}
# What no vector asks for, but test/test_package.py does.
NOT_ASKED = {"__repr__", "payload_view", "tracestate", "baggage", "text_map", "further_context", "u32", "kept_weight"}
SECONDS = 5  # of computing; a mutant that takes longer than this is found out by its loop

COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt,), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}
BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.Pow: ast.Mult,
}


def other_nodes(node):
    """What may stand in the place of a node."""
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            for other in COMPARE[type(op)]:
                yield changed(node, ops=[*node.ops[:at], other(), *node.ops[at + 1:]])
    elif isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for at in range(len(node.values)):
            left = [*node.values[:at], *node.values[at + 1:]]
            yield left[0] if len(left) == 1 else changed(node, values=left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        yield changed(node, op=BINARY[type(node.op)]())
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.If):
        for value in (True, False):
            yield changed(node, test=ast.Constant(value))
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, other_constants(node.value))
    elif isinstance(node, (ast.Raise, ast.Break, ast.AugAssign, ast.Expr)):
        yield ast.Pass()


def other_constants(value):
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value + 1, value - 1, value * 2] if value else [1]
    if isinstance(value, bytes):
        # of an alphabet or a list of delimiters, each byte may be missing
        return [b"?" + value] + [value[:at] + value[at + 1:] for at in range(len(value))] if value else [b"?"]
    if isinstance(value, str):
        return [value + "x"] if value else []
    return []


def swaps(value):
    """Where two checks follow each other, whose order is that of a table."""
    if isinstance(value, list):
        for at, pair in enumerate(zip(value, value[1:])):
            if all(isinstance(node, ast.If) for node in pair):
                yield at


def changed(node, **fields):
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def skipped(tree):
    """Nodes in which nothing is read: documentation, annotations, messages of exceptions, types."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node) is not None:
            yield node.body[0]
        if isinstance(node, ast.AnnAssign):
            yield node.annotation
        if isinstance(node, ast.FunctionDef) and (node.name in NOT_ASKED or is_overload(node)):
            yield node
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield node
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith(("Literal[", "TypeVar(")):
            yield node
        if isinstance(node, ast.FunctionDef):
            yield from filter(None, [node.returns, *(argument.annotation for argument in node.args.args)])
            yield from node.decorator_list
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("EncodeError", "ValueError"):
            yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__":
            yield node
        if isinstance(node, (ast.ImportFrom, ast.Import)):
            yield node


def is_overload(node):
    return any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)


def mutants(name):
    """Mutated trees of a file, each with its name."""
    tree = ast.parse((HERE / FILES[name]).read_text("utf-8"))
    left_alone = {id(inner) for node in skipped(tree) for inner in ast.walk(node)}
    seen = Counter()

    def walk(node, function):
        for field, value in ast.iter_fields(node):
            for at in swaps(value):
                first, second = value[at:at + 2]
                value[at:at + 2] = second, first
                yield f"{name}.py: {function}: {line_of(first, node)} <-> {line_of(second, node)}", tree
                value[at:at + 2] = first, second
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or id(child) in left_alone:
                    continue
                inner = f"{function}.{child.name}".lstrip(".") if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else function
                for other in other_nodes(child):
                    title = f"{name}.py: {inner or 'constants'}: {line_of(child, node)} -> {line_of(other, node)}"
                    seen[title] += 1
                    title += f" ({seen[title]})" if seen[title] > 1 else ""
                    put(node, field, value, at, other)
                    yield title, tree
                    put(node, field, value, at, child)
                yield from walk(child, inner)

    yield from walk(tree, "")


def put(parent, field, value, at, node):
    if isinstance(value, list):
        value[at] = node
    else:
        setattr(parent, field, node)


def line_of(node, parent):
    """The first line of a node; of a small one, with what it stands in."""
    text = ast.unparse(ast.fix_missing_locations(copy.copy(node))).split("\n")[0]
    if isinstance(node, ast.Constant) and isinstance(parent, ast.expr):
        text += f" in {ast.unparse(parent)}".split("\n")[0]
    return text if len(text) <= 160 else text[:160] + "…"


def modules(trees):
    """The reader and its check, made of these trees."""
    made = {}
    for name, module in (("glassine", "glassine"), ("policy", "glassine.policy"), ("check", "check")):
        path = HERE / FILES.get(name, f"{name}.py")
        tree = trees.get(name) or ast.parse(path.read_text("utf-8"))
        made[name] = sys.modules[module] = types.ModuleType(module)
        made[name].__file__ = str(path)
        made[name].__package__ = module.partition(".")[0]
        exec(compile(ast.fix_missing_locations(tree), path.name, "exec"), made[name].__dict__)
        if name == "policy":
            made["glassine"].policy = made[name]
    return made["check"]


def is_found(name, tree, vectors):
    """Whether some vector tells the mutant from the original."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        check = modules({name: tree})
        return any(check.differences(check.RUNNERS[vector["kind"]], vector) for vector in vectors)
    except Exception:  # it fails, or its time is over
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def overdue(*_):
    raise TimeoutError


def main(wanted):
    signal.signal(signal.SIGVTALRM, overdue)
    original = modules({})
    # by hand alone: these are the ones that say what they show
    vectors = [vector for path in original.default_paths() if path.suffix == ".json" for vector in original.load(path)]
    # small ones first, which find most; and of each kind in turn
    vectors.sort(key=lambda vector: len(json.dumps(vector)))
    equivalents = json.loads((HERE / "equivalents.json").read_text("utf-8"))
    if is_found("glassine", None, vectors):
        sys.exit("the reader itself does not pass")
    total, survivors = 0, []
    for name in FILES:
        for title, tree in mutants(name):
            if wanted and not any(word in title.split(": ")[1] for word in wanted):
                continue
            total += 1
            if not is_found(name, tree, vectors):
                survivors.append(title)
    unknown = [title for title in survivors if title not in equivalents]
    gone = [title for title in equivalents if title not in survivors and not wanted]
    for title in unknown:
        print(f"survives: {title}")
    for title in gone:
        print(f"named as equivalent, but found or not made: {title}")
    print(f"{total} wrong readers: {total - len(survivors)} found by {len(vectors)} vectors, {len(survivors)} survive, "
          f"{len(survivors) - len(unknown)} of them equivalent by name")
    return 1 if unknown or gone or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
