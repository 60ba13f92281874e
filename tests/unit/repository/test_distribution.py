"""How tests are handed out to the workers of xdist."""

import pytest

from tests.support.distribution import LONGEST_FIRST, ROOT, SHARED, shared_scope


@pytest.mark.parametrize("path", [*LONGEST_FIRST, *SHARED])
def test_what_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("folder", "workers"), SHARED.items())
def test_modules_that_share_something_go_to_so_many_workers(folder: str, workers: int) -> None:
    modules = [path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("test_*.py")]

    scopes = {shared_scope(f"{module}::TestThis::test_that[a/b::c]") for module in modules}

    assert len(modules) > workers
    assert None not in scopes
    assert len(scopes) == workers


@pytest.mark.parametrize("module", ["tests/app/test_lists.py", "tests/system/engines/test_of_another.py"])
def test_any_other_module_is_handed_out_by_itself(module: str) -> None:
    assert shared_scope(f"{module}::test_something") is None
