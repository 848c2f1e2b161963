"""The study of synaptic balancing as its tests use it."""

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from homolog import studies
from homolog.cli import app
from homolog.studies._study import Sources

NAMES = ("figure-1", "figure-3", "figure-4a", "figure-4b", "figure-5", "connectomes")
PARTS = dict(zip(NAMES, studies.find("synaptic-balancing").parts, strict=True))


def run(*arguments):
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def rows_of(part, quick=True, sources=None):
    rng = np.random.default_rng(0)
    sources = sources or Sources()
    return pd.DataFrame(
        [
            {"task": task, **row}
            for task, options in part.tasks(quick).items()
            for row in part.work(options, rng, sources)
        ]
    )


def verdicts(part, rows):
    return {key: finding.verdict for key, finding in part.judge(rows).items()}
