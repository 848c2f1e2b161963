"""What tests of rankings share: a recording and candidates with planted truth."""

import pytest

from unit.ranked import planted


@pytest.fixture
def drawn(rng):
    return planted(rng)


@pytest.fixture
def tuning(drawn):
    return drawn[0]


@pytest.fixture
def brain(drawn):
    return drawn[1]


@pytest.fixture
def layers(drawn):
    return drawn[2]
