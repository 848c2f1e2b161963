"""Doing a study: every task once, whole files only, and going on after an interruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

import numpy as np

from homolog import errors
from homolog._tables import csv_text
from homolog._write import refuse_unwritable, write_whole
from homolog.report._static import rendered
from homolog.statistics import Progress, silent
from homolog.studies import _page
from homolog.studies._kept import DAMAGED, Job, keep, kept
from homolog.studies._record import Record, refuse_files_of_others
from homolog.studies._study import Finding, Part, Row, Sources, Study


@dataclass(frozen=True)
class Outcome:
    """What a study left behind.

    Attributes
    ----------
    claims
        One row for each claim: part, claim, who claims it, verdict, number, reading.
    left_out
        Why a part was not done, by its name.
    page
        The summary that a person opens.
    quick
        Whether it was a quick run, whose verdicts are not evidence.
    notes
        What was found in the folder and not used.
    """

    claims: tuple[Row, ...]
    left_out: Mapping[str, str]
    page: Path
    quick: bool
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Every claim with its verdict and number, then what was left out and where to look."""
        lines = [
            f"{row['verdict']!s:11}  {row['part']}: {row['claim']}\n"
            f"{'':13}{row['number'] or row['reading']}"
            for row in self.claims
        ]
        lines += [f"! {part} was left out: {why}" for part, why in self.left_out.items()]
        lines += [f"! {note}" for note in self.notes]
        if self.quick:
            lines += [
                "! a quick run: small populations, few draws; these verdicts are not evidence"
            ]
        return "\n".join([*lines, "", f"page: {self.page}"])


def run(
    study: Study,
    folder: str | Path,
    *,
    sources: Sources | None = None,
    quick: bool = False,
    seed: int = 0,
    workers: int = 1,
    progress: Progress = silent,
    command: str = "",
) -> Outcome:
    """Do a study, or what is left of it to do.

    Rows of a finished task are kept in ``rows/`` with everything that they depend on. A
    study that was interrupted goes on where it stopped, and ends with the same files as if
    it had not been. Rows that are damaged, or of other settings, are computed anew, which
    the outcome notes.

    Parameters
    ----------
    study
        From `homolog.studies.find`.
    folder
        For ``claims.csv``, ``run.toml``, ``index.html`` and, for each part, ``<part>.csv``,
        ``.png`` and ``.svg``.
    sources
        Where images and recordings are. A part that lacks its own is left out.
    quick
        Smaller populations and fewer draws: to see that everything runs. Its verdicts
        are not evidence.
    seed
        From which all random numbers come, those of a task independent of other tasks.
    workers
        Processes that share the tasks. Rows do not depend on it.
    progress
        Told of every finished task.
    command
        The command line, for the record.

    Raises
    ------
    HomologError
        HM025 for fewer than one worker or a negative seed, HM034 for a folder that cannot
        be written or holds files of others, and what the sources are refused for.
    """
    if workers < 1:
        raise errors.bad_value("workers", workers, "1 or more")
    if seed < 0:
        raise errors.bad_value("seed", seed, "0 or more")
    folder, sources = Path(folder), sources or Sources()
    refuse_unwritable(folder)
    refuse_files_of_others(study, folder)
    left_out = {part.name: why for part in study.parts if (why := part.missing(sources))}
    # Files that are not there are refused here, before any work.
    planned = {
        part.name: _jobs(part, folder, sources, quick, seed)
        for part in study.parts
        if part.name not in left_out
    }
    inputs = {name: jobs[0].inputs for name, jobs in planned.items() if jobs[0].inputs}
    record = Record(study.name, quick, seed, command, sources, inputs)
    record.write(folder)
    notes = [note for jobs in planned.values() for note in _notes(jobs)]
    claims: list[Row] = []
    for part in study.parts:
        if part.name in left_out:
            claims += _told(part, {}, left_out[part.name])
            continue
        jobs = planned[part.name]
        _work(jobs, 1 if part.alone else workers, progress)
        claims += _shown(part, jobs, folder)
    write_whole(folder / "claims.csv", csv_text(claims).encode())
    page = _page.write(study, claims, left_out, record.facts, notes, folder)
    return Outcome(tuple(claims), left_out, page, quick, tuple(notes))


def _notes(jobs: Sequence[Job]) -> list[str]:
    """What earlier runs left that is of no use, a sentence for each reason."""
    reasons = Counter(why for _, why in map(kept, jobs) if why)
    what = jobs[0].part.name
    return [
        f"{what}: {'one task' if n == 1 else f'{n} tasks'} kept in this folder, "
        + ("damaged," if why == DAMAGED else f"done with {why},")
        + " computed anew"
        for why, n in reasons.items()
    ]


def _jobs(part: Part, folder: Path, sources: Sources, quick: bool, seed: int) -> list[Job]:
    inputs = _digest(part.inputs(sources))
    return [
        Job(part, task, options, seed, inputs, sources, folder)
        for task, options in part.tasks(quick).items()
    ]


def _digest(files: Sequence[Path]) -> str:
    if not files:
        return ""
    digest = blake2b(digest_size=16)
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _work(jobs: list[Job], workers: int, progress: Progress) -> None:
    """Do the jobs whose rows are not there yet, and keep each as soon as it is done."""
    missing = [job for job in jobs if kept(job)[0] is None]
    what = jobs[0].part.title
    progress(what, len(jobs) - len(missing), len(jobs))
    for done, (job, rows) in enumerate(_done(missing, workers), len(jobs) - len(missing) + 1):
        keep(job, rows)
        progress(what, done, len(jobs))


def _done(jobs: list[Job], workers: int) -> Iterator[tuple[Job, list[Row]]]:
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            yield job, _rows(job)
        return
    # Started afresh, for a fork would copy locks that the libraries' threads hold.
    pool = ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn"))
    try:
        waiting = {pool.submit(_rows, job): job for job in jobs}
        for one in as_completed(waiting):
            yield waiting[one], one.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _rows(job: Job) -> list[Row]:
    """Do one job, with random numbers that depend on the seed and its name alone."""
    rng = np.random.default_rng([job.seed, crc32(f"{job.part.name}/{job.task}".encode())])
    return [{"task": job.task, **row} for row in job.part.work(job.options, rng, job.sources)]


def _shown(part: Part, jobs: list[Job], folder: Path) -> list[Row]:
    """Write the numbers and the figure of a part whose jobs are done; what it says of claims."""
    import pandas as pd

    rows = [row for job in jobs for row in kept(job)[0] or ()]
    write_whole(folder / f"{part.name}.csv", csv_text(rows).encode())
    table = pd.DataFrame(rows)
    figure = part.draw(table)
    for form in ("svg", "png"):
        write_whole(folder / f"{part.name}.{form}", rendered(figure, form))
    return _told(part, part.judge(table), "")


def _told(part: Part, findings: Mapping[str, Finding], why_not: str) -> list[Row]:
    not_run = Finding("not run", "", why_not)
    return [
        {
            "part": part.name,
            "claim": claim.text,
            "by": claim.by,
            **vars(findings.get(key, not_run)),
            "rule": claim.rule,
        }
        for key, claim in part.claims.items()
    ]
