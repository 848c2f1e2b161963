"""Whether intervals and p are what they promise, with planted truth.

Each part is a file here: a question, its work, its figure and its judgement of the claims, which
are the package's own.
"""

from homolog.studies._study import Study
from homolog.studies.calibration import coverage, false_positives, power

STUDY = Study(
    name="calibration",
    title="Do intervals and p-values keep their promises?",
    source="https://doi.org/10.1214/aos/1176345462",
    parts=(*coverage.PARTS, false_positives.PART, power.PART),
)
