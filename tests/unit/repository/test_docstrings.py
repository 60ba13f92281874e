"""What a docstring says of an attribute or an argument is said of one that is there."""

import ast
import re
from pathlib import Path

BOT = Path(__file__).parents[3] / "bot"

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def described(docstring: str, title: str) -> list[str]:
    """Return the names in one part of a docstring, such as `Args`."""
    found = re.search(rf"^{title}:\n((?:    .*\n?|\n)*)", docstring, re.MULTILINE)
    return re.findall(r"^    (\w+):", found[1], re.MULTILINE) if found else []


def names_of(node: Definition) -> set[str]:
    """Return the arguments of a function, or all that a class or its methods set or define."""
    if not isinstance(node, ast.ClassDef):
        return {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    own: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.arg(arg=name):
                own.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                own.add(name)
    return own


def test_a_docstring_describes_attributes_and_arguments_that_are_there() -> None:
    texts = {path: path.read_text() for path in BOT.rglob("*.py")}
    wrong = [
        f"{path.relative_to(BOT)}:{node.lineno} {node.name}: {name}"
        for path, text in texts.items()
        if re.search(r"^ *(?:Args|Attributes):$", text, re.MULTILINE)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Definition)
        for name in described(
            ast.get_docstring(node) or "", "Attributes" if isinstance(node, ast.ClassDef) else "Args"
        )
        if name not in names_of(node)
    ]
    assert not wrong
