"""What is said of populations whose rows are not the same stimuli."""

from homolog import errors


def test_unlabelled_rows_that_were_dropped_can_be_kept():
    told = str(errors.rows_differ("a", 60, "nan", 58))
    assert told.endswith(
        "Give both their stimulus labels, then homolog.align keeps the shared ones. If stimuli of "
        'one were dropped for missing responses, keep all: nan="pairwise".'
    )
    assert "pairwise" not in str(errors.rows_differ("a", 60, "nan", 58, only_x=[1, 2]))
