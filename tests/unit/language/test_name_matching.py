"""A workflow's name may be written in many ways, as long as it can mean one only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.name_matching import find_name, find_similar, resolve

NAMES = ("order-processing", "order-archive", "image_pipeline", "invoice-run", "nightly-cleanup", "Users")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("image_pipeline", ["image_pipeline"]),
        ("image-pipeline", ["image_pipeline"]),
        ("Image Pipeline", ["image_pipeline"]),
        ("imagepipeline", ["image_pipeline"]),
        ("image_pipelines", ["image_pipeline"]),
        ("images", ["image_pipeline"]),
        ("invoices", ["invoice-run"]),
        ("invoice runs", ["invoice-run"]),
        ("nightly", ["nightly-cleanup"]),
        ("nig", ["nightly-cleanup"]),
        ("USERS", ["Users"]),
        ("user", ["Users"]),
        ("order-proc", ["order-processing"]),
        ("orders", ["order-processing", "order-archive"]),
        ("order", ["order-processing", "order-archive"]),
        ("ni", []),
        ("ordes", []),
        ("processing", []),
        ("pipeline", []),
        ("-", []),
        ("", []),
    ],
)
def test_what_certainly_means_a_name_is_found(typed: str, names: list[str]) -> None:
    assert list(resolve(typed, NAMES)) == names


def test_the_name_itself_comes_before_all_that_it_begins() -> None:
    assert resolve("order", ("order", "order-processing")) == ("order",)
    assert resolve("ORDER", ("order", "order-processing")) == ("order",)
    assert resolve("a_b", ("a-b", "a_b")) == ("a_b",)
    assert resolve("a b", ("a-b", "a_b")) == ("a-b", "a_b")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("order-procesing", ["order-processing", "order-archive"]),
        ("pipeline", ["image_pipeline"]),
        ("xyzzy", []),
        ("-", []),
    ],
)
def test_what_only_looks_like_a_name_is_offered(typed: str, names: list[str]) -> None:
    assert list(find_similar(typed, NAMES)) == names


def test_a_name_is_found_wherever_it_stands() -> None:
    def never(_: str) -> bool:
        return False

    words = ["failed", "image", "pipeline", "yesterday"]
    found = find_name(words, NAMES, never)
    assert found is not None
    assert (found.start, found.stop, found.names) == (1, 3, ("image_pipeline",))
    assert find_name(["the", "order"], ("the-one", "order-x"), {"the"}.__contains__) == find_name(
        ["", "order"], ("order-x",), never
    )


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=20))
def test_each_name_means_itself_and_nothing_is_made_up(names: list[str], typed: str) -> None:
    assert set(resolve(typed, names)) <= set(names)
    assert set(find_similar(typed, names)) <= set(names)
    for name in names:
        assert set(resolve(name, names)) == {name}


class Counted(str):
    """A name that counts how often its case is folded."""

    __slots__ = ("folds",)
    folds: int

    def casefold(self) -> str:
        self.folds = getattr(self, "folds", 0) + 1
        return super().casefold()


def test_many_words_fold_no_name_more_often_than_one_does() -> None:
    names = [Counted(f"counted-name-{number}") for number in range(50)]
    words = [f"word{number}" for number in range(12)]
    assert find_name(words, names, lambda _: False) is None
    assert max(name.folds for name in names) <= 3
