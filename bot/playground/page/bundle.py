"""One script and one style sheet for a browser, as 65 files take it more time to ask for than to use."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final

_IMPORT: Final = re.compile(r'^import (\{ \w+(?:, \w+)* \}) from "([\w./-]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_NOT_BUNDLED: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_STYLES: Final = re.compile(r'^@import "([\w./-]+)";$', re.MULTILINE)


def bundle_styles(main: Path) -> str:
    """Return a style sheet with the sheets that it imports in the place of each import."""
    text = main.read_text(encoding="utf-8")
    return _STYLES.sub(lambda found: (main.parent / found[1]).read_text(encoding="utf-8"), text)


def bundle_script(main: Path) -> str:
    """Return a module below all that it imports, each in a function of its own, as they share private names.

    Raises:
        ValueError: an import or export has another form than the page's modules use, or there is a cycle.
    """
    modules: dict[str, str] = {}
    _add_module(main.name, main.parent, modules, ())
    return "\n".join(["const modules = {};", *modules.values()])


def _add_module(name: str, root: Path, modules: dict[str, str], importing: tuple[str, ...]) -> None:
    if name in importing:
        raise ValueError(f"modules import each other: {' → '.join((*importing, name))}")
    if name in modules:
        return
    text = (root / name).read_text(encoding="utf-8")

    def bundle_import(found: re.Match[str]) -> str:
        imported = normpath(join(dirname(name), found[2]))
        _add_module(imported, root, modules, (*importing, name))
        return f'const {found[1]} = modules["{imported}"];'

    exports = ", ".join(exported[1] for exported in _EXPORT.findall(text))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(bundle_import, text))
    if left := _NOT_BUNDLED.search(body):
        raise ValueError(f"{name} has an import or export that is not bundled: {left[0]}")
    modules[name] = f'modules["{name}"] = (() => {{\n{body.rstrip()}\nreturn {{ {exports} }};\n}})();'
