"""The page's script and styles are bundled from its modules and sheets."""

import re
from pathlib import Path

import pytest

from bot.playground.page import server
from bot.playground.page.bundle import bundle_script, bundle_styles

STATIC = Path(server.__file__).parent / "static"


def write(folder: Path, **modules: str) -> Path:
    """Write modules by their names without a suffix, and return the path of `main.js`."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_a_module_is_a_function_below_what_it_imports(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { run } from "./one.js";\nimport { Two } from "./two.js";\nrun(Two);',
        one='import { Two, wait } from "./two.js";\nexport async function run() {}',
        two="const own = 1;\nexport class Two {}\nexport const wait = own;",
    )
    assert (
        bundle_script(main)
        == """\
const modules = {};
modules["two.js"] = (() => {
const own = 1;
class Two {}
const wait = own;
return { Two, wait };
})();
modules["one.js"] = (() => {
const { Two, wait } = modules["two.js"];
async function run() {}
return { run };
})();
modules["main.js"] = (() => {
const { run } = modules["one.js"];
const { Two } = modules["two.js"];
run(Two);
return {  };
})();"""
    )


@pytest.mark.parametrize(
    "line",
    [
        'import run from "./one.js";',
        'import { run as walk } from "./one.js";',
        'import "./one.js";',
        "export default run;",
        "export { run };",
        "export let run;",
    ],
)
def test_what_cannot_be_bundled_is_named(tmp_path: Path, line: str) -> None:
    main = write(tmp_path, main=line, one="export function run() {}")
    with pytest.raises(ValueError, match=rf"main\.js .* not bundled: {re.escape(line)}"):
        bundle_script(main)


def test_a_name_that_is_not_exported_is_named(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { run, walk } from "./one.js";',
        one="export function run() {}\nfunction walk() {}",
    )
    with pytest.raises(ValueError, match=r"main\.js imports what one\.js does not export: walk"):
        bundle_script(main)


@pytest.mark.parametrize("line", ["@import url(two.css);", '@import "two.css" print;'])
@pytest.mark.parametrize("sheet", ["main", "one"])
def test_a_sheet_that_cannot_be_bundled_is_named(tmp_path: Path, sheet: str, line: str) -> None:
    sheets = {"main": '@import "one.css";\n', "one": "p {}\n"}
    sheets[sheet] += line
    for name, text in sheets.items():
        (tmp_path / f"{name}.css").write_text(text)
    with pytest.raises(ValueError, match=rf"not bundled: {re.escape(line)}"):
        bundle_styles(tmp_path / "main.css")


def test_modules_that_import_each_other_are_named(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { a } from "./a.js";',
        a='import { b } from "./b.js";',
        b='import { a } from "./a.js";',
    )
    with pytest.raises(ValueError, match=r"main\.js → a\.js → b\.js → a\.js"):
        bundle_script(main)


def test_the_page_loads_all_its_modules_and_sheets() -> None:
    script, styles = bundle_script(STATIC / "main.js"), bundle_styles(STATIC / "main.css")
    for module in STATIC.rglob("*.js"):
        assert script.count(f'modules["{module.relative_to(STATIC).as_posix()}"] = ') == 1
    for sheet in (STATIC / "styles").iterdir():
        assert styles.count(sheet.read_text()) == 1
    assert "@import" not in styles
