"""Published implementations, as their authors ran them: the golden file against our measures."""

import os
from typing import Any

import pytest
from tests.oracle import golden
from tests.oracle.expressions import OURS, cca, difference, too_wide

from homolog import HomologError

CASES = [(source, key) for source, keys in golden.USED.items() for key in keys]


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    if "HOMOLOG_DATA" not in os.environ:
        pytest.skip("HOMOLOG_DATA does not name the folder that holds golden_similarity/")
    return golden.load()


@pytest.mark.parametrize(("source", "key"), CASES, ids=lambda text: text)
def test_published_value_is_ours(file: dict[str, Any], source: str, key: str) -> None:
    """Provenance and conventions: the file's `versions` and `conventions`."""
    expression = golden.USED[source][key]
    trusted = golden.answers(file, source, key)
    compared = [(x, y, value) for x, y, value in trusted if not too_wide(expression, x, y)]
    assert compared
    tolerance = golden.LOOSER.get((source, key), golden.TOLERANCE)
    for x, y, published in compared:
        assert difference(published, OURS[expression](x, y)) <= tolerance


def test_every_published_value_is_used_or_excused(file: dict[str, Any]) -> None:
    for source, pairs in file["values"].items():
        published = {key for values in pairs.values() for key in values}
        excused = {key for keys in golden.UNUSED.values() for key in keys.get(source, ())}
        used = set(golden.USED.get(source, ()))
        assert not used & excused
        assert published == used | excused


def test_no_value_is_excused_by_an_error_alone(file: dict[str, Any]) -> None:
    """Where a package failed on a pair, the file says so instead of giving a number."""
    for pairs in file["values"].values():
        for values in pairs.values():
            assert all(v.startswith("error: ") for v in values.values() if isinstance(v, str))


def test_the_known_defects_are_those_heeded(file: dict[str, Any]) -> None:
    listed = file["known_defects_do_not_use_as_oracle"]
    assert len(listed) == len(golden.KNOWN_DEFECTS)
    for entry, known in zip(listed, golden.KNOWN_DEFECTS, strict=True):
        assert entry.startswith(known)


def test_cca_refuses_where_the_published_value_is_1_by_construction(file: dict[str, Any]) -> None:
    """30 stimuli span all that 40 neurons do; others answer 1, which says nothing."""
    x, y = golden.populations(file, "p3_wide_30x40_30x25")
    assert file["values"]["pypi_repsim"]["p3_wide_30x40_30x25"]["cca(pillai)"] == 1
    with pytest.raises(HomologError, match="HM005"):
        cca(x, y)
