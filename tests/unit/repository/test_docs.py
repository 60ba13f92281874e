"""The pages in docs/ agree with the code."""

import re
from importlib import import_module
from pathlib import Path

import aiohttp
import pytest

from bot.browse.command.options import LIST_OPTIONS
from bot.cloudflare import errors
from bot.digests.command.options import DIGEST_OPTIONS
from bot.settings import AccountSettings, Settings
from tests.docs import COMMANDS, REGENERATE, SETTINGS, commands_page, settings_page

ROOT = Path(__file__).parents[3]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))
OF_NOW = [page for page in PAGES if page.name != "CHANGELOG.md"]


def test_the_settings_page_is_generated_from_the_settings() -> None:
    assert SETTINGS.read_text(encoding="utf-8") == settings_page(), f"run `{REGENERATE}`"


def test_every_setting_has_a_description() -> None:
    fields = {**Settings.model_fields, **AccountSettings.model_fields}
    assert [name for name, field in fields.items() if not field.description] == []


def test_the_tables_of_commands_are_generated_from_options_and_verbs() -> None:
    page = COMMANDS.read_text(encoding="utf-8")
    assert page == commands_page(page), f"run `{REGENERATE}`"
    options = (*LIST_OPTIONS, *DIGEST_OPTIONS)
    assert [option.key for option in options if f"| `{option.example}` |" not in page] == []


def test_the_tree_of_exceptions_is_the_one_in_the_code() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = page[page.index("```\nException\n") :].split("```")[1].splitlines()[2:]
    parents: list[type[BaseException]] = [Exception]
    wrong = []
    for line in lines:
        indent, _, rest = line.partition("── ")
        depth = len(indent) // 4 + 1
        names, _, told = rest.partition("  ")
        module = re.search(r"[a-z_/]+\.py", told)
        source = import_module(f"bot.{module[0][:-3].replace('/', '.')}") if module else None
        for name in names.split(", "):
            known = (
                getattr(source, name, None) or getattr(errors, name, None) or getattr(aiohttp, name[8:], None)
            )
            if known is None or parents[depth - 1] not in known.__mro__:
                wrong.append(line)
                continue
            parents[depth:] = [known]
    assert wrong == []


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]*)\)", page.read_text(encoding="utf-8"))
    broken = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", OF_NOW, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    names = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)\b", page.read_text(encoding="utf-8"))
    folders = (ROOT, ROOT / "bot", *(path.parent for path in (ROOT / "bot").glob("*/__init__.py")))
    assert [name for name in names if not any((folder / name).is_file() for folder in folders)] == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
