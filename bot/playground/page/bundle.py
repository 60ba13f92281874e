"""One script and one style sheet for a browser, as 65 files take it more time to ask for than to use."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final, NamedTuple

_IMPORT: Final = re.compile(r'^import (\{ \w+(?:, \w+)* \}) from "([\w./-]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_NOT_BUNDLED: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_STYLES: Final = re.compile(r'^@import "([\w./-]+)";$', re.MULTILINE)
_NOT_BUNDLED_STYLES: Final = re.compile(r"^[ \t]*@import\b.*", re.MULTILINE)


class _Module(NamedTuple):
    """A module in a function, and the names that it exports."""

    text: str
    exports: tuple[str, ...]


def bundle_styles(main: Path) -> str:
    """Return a style sheet with the sheets that it imports in the place of each import.

    Raises:
        ValueError: an import has another form than the page's, or is in an imported sheet.
    """
    text = main.read_text(encoding="utf-8")
    bundled = _STYLES.sub(lambda found: (main.parent / found[1]).read_text(encoding="utf-8"), text)
    if left := _NOT_BUNDLED_STYLES.search(bundled):  # a browser takes none behind other rules
        raise ValueError(f"{main.name} has an import that is not bundled: {left[0]}")
    return bundled


def bundle_script(main: Path) -> str:
    """Return a module below all that it imports, each in a function of its own, as they share private names.

    Raises:
        ValueError: an import or export has another form than the page's modules use, a module exports no such
            name, or there is a cycle.
    """
    modules: dict[str, _Module] = {}
    _add_module(main.name, main.parent, modules, ())
    return "\n".join(["const modules = {};", *(module.text for module in modules.values())])


def _add_module(name: str, root: Path, modules: dict[str, _Module], importing: tuple[str, ...]) -> None:
    if name in importing:
        raise ValueError(f"modules import each other: {' → '.join((*importing, name))}")
    if name in modules:
        return
    text = (root / name).read_text(encoding="utf-8")

    def bundle_import(found: re.Match[str]) -> str:
        imported = normpath(join(dirname(name), found[2]))
        _add_module(imported, root, modules, (*importing, name))
        missing = [each for each in re.findall(r"\w+", found[1]) if each not in modules[imported].exports]
        if missing:  # a browser refuses it, too, where the modules are apart
            raise ValueError(f"{name} imports what {imported} does not export: {', '.join(missing)}")
        return f'const {found[1]} = modules["{imported}"];'

    exports = tuple(exported[1] for exported in _EXPORT.findall(text))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(bundle_import, text))
    if left := _NOT_BUNDLED.search(body):
        raise ValueError(f"{name} has an import or export that is not bundled: {left[0]}")
    made = f'modules["{name}"] = (() => {{\n{body.rstrip()}\nreturn {{ {", ".join(exports)} }};\n}})();'
    modules[name] = _Module(made, exports)
