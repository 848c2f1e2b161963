"""Everything that the matching page shows, measured in one run."""

from benchmarks.matching.first_call import first_calls
from benchmarks.matching.from_responses import from_responses
from benchmarks.matching.many import shared_summaries, warm_starts
from benchmarks.matching.page import Measured, exact_line
from benchmarks.matching.peak import peaks
from benchmarks.matching.problems import problems
from benchmarks.matching.streamed import streamed
from benchmarks.matching.timings import Row, solved


def measured(largest: int) -> Measured:
    """Time populations of at most so many neurons, and say what comes out on the way."""
    return Measured(
        rows=[_said(solved(problem)) for problem in problems(largest)],
        from_responses=list(from_responses(largest)),
        streamed=list(streamed(largest)),
        warm_starts=list(warm_starts(largest)),
        shared=shared_summaries(),
        peaks=peaks(largest),
        first_calls=first_calls(),
    )


def _said(row: Row) -> Row:
    print(exact_line(row), flush=True)
    return row
