"""How far an audit has come and how long it will take, told to a person who waits."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest

from homolog.audit import _audit_work, decoding_along, guarantee, maximise
from homolog.audit._audit_parts import Part
from homolog.audit._audit_waiting import Waiting, roughly
from homolog.cli._shared import shown_progress
from homolog.errors import HomologError
from homolog.statistics import silent
from unit.audited import audited, killed, labels, recording


def parts(*kinds):
    return [Part(f"{kind}{i}", f"{kind} {i}", kind, {}, lambda tell: {}) for i, kind in kinds]


class Watch:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def told():
    return []


def waiting(told, watch, kinds, workers=1, ahead=0):
    listed = parts(*enumerate(kinds))
    return Waiting(listed, workers, ahead, lambda *news: told.append(news), watch)


def test_the_time_left_is_that_of_parts_of_the_same_kind(told, watch):
    wait = waiting(told, watch, "aaa", ahead=2)
    wait.came("a0", 0.0)
    watch.now = 100.0
    wait.ended("a0")
    assert told == [
        ("audit", 2, 5),
        ("audit — a 0 0%", 2, 5),
        ("audit — a 0, about 3 min left", 3, 5),
    ]
    wait.came("a1", 0.0)
    watch.now = 130.0
    wait.came("a1", 0.3)
    assert told[-1] == ("audit — a 1 30%, about 3 min left", 3, 5)  # 70 s and 100 s


def test_several_workers_share_what_is_left(told, watch):
    wait = waiting(told, watch, "aaaa", workers=2)
    for name in ("a0", "a1"):
        wait.came(name, 0.0)
    watch.now = 600.0
    wait.ended("a0")
    assert told[-1][0] == "audit — a 0, about 10 min left"  # a2 and a3; a1 is about to end


def test_a_kind_of_which_nothing_is_known_makes_it_a_lower_bound(told, watch):
    wait = waiting(told, watch, "ag")
    wait.came("a0", 0.0)
    watch.now = 40.0
    wait.came("a0", 0.05)
    assert told[-1][0] == "audit — a 0 5%"  # too early to say
    wait.came("a0", 0.5)
    assert told[-1][0] == "audit — a 0 50%, 2 min or more left"  # 40 s, and 80 s if as long
    wait.ended("a0")
    wait.came("g1", 0.0)
    watch.now = 140.0
    wait.came("g1", 0.1)
    assert told[-1][0] == "audit — g 1 10%, about 15 min left"


def test_at_the_end_there_is_nothing_left(told, watch):
    wait = waiting(told, watch, "a")
    wait.came("a0", 0.0)
    wait.ended("a0")
    assert told[-1] == ("audit — a 0", 1, 1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "10 s"),
        (31, "40 s"),
        (55, "1 min"),
        (3500, "58 min"),
        (3599, "1 h"),
        (5100, "1 h 20 min"),
    ],
)
def test_times_are_as_round_as_they_are_uncertain(seconds, said):
    assert roughly(seconds) == said


@pytest.mark.parametrize("workers", [1, 2])
def test_parts_tell_how_far_they_are_from_wherever_they_are_done(workers, monkeypatch):
    monkeypatch.setattr(_audit_work, "TELL", 0.0)
    told = []
    audited(measures="cka", seeds=2, workers=workers, progress=lambda what, *_: told.append(what))
    for seed in (0, 1):
        shares = [what for what in told if f"cka, seed {seed} " in what and "%" in what]
        assert shares[0].startswith(f"audit — cka, seed {seed} 0%")
    if workers == 1:  # others have a pace of their own
        shares = [int(what.split("%")[0].split()[-1]) for what in told if "seed 1 " in what]
        assert shares == sorted(shares)
        assert {0, 15, 90} <= {*shares}


def test_a_worker_that_was_killed_is_an_error_and_not_a_wait():
    doomed = [replace(one, work=killed) for one in parts((0, "a"), (1, "a"))]
    with pytest.raises(HomologError, match=r"HM049 .* Finished parts are kept"):
        _audit_work.done(doomed, lambda part, said: None, 2, silent)


@pytest.mark.parametrize(("often", "estimated"), [(None, True), (1.0, False)])
def test_a_bar_makes_no_estimate_beside_that_of_the_work(often, estimated, monkeypatch):
    screen = StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", screen)
    with shown_progress(False, lines=True, often=often) as progress:
        progress("audit — cka, about 2 min left", 1, 4)
    assert "audit — cka, about 2 min left" in screen.getvalue()
    assert ("-:--:--" in screen.getvalue()) is estimated


def test_what_comes_too_soon_is_not_told():
    told = []
    tell = _audit_work._now_and_then(told.append)
    tell(0.5)
    assert told == [0.0]


def test_decoding_and_guarantees_tell_of_every_piece():
    told, n = [], 2
    climbed = maximise(recording(), "cka", goal=0.5)
    decoding_along(climbed, labels(), progress=lambda *news: told.append(news[1:]))
    points = len(climbed.score)
    assert told == [(points, n * points), (n * points, n * points)]
    told.clear()
    guarantee(
        recording(), "cka", 0.9, labels(), seeds=0, steps=8, progress=lambda *n: told.append(n)
    )
    done = np.array([news[1] for news in told])
    assert {news[2] for news in told} == {18}
    assert done.tolist() == [*range(1, 9), *range(10, 18)]
