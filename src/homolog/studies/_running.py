"""Doing a study: every task once, whole files only, and going on after an interruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
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
from homolog.studies import _page, _tabled
from homolog.studies._kept import DAMAGED, Job, keep, kept
from homolog.studies._record import Record, refuse_files_of_others
from homolog.studies._study import (
    Finding,
    Part,
    Row,
    Sources,
    Study,
    Teaching,
    nothing_learned,
)


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
    tables
        What a person should read besides the claims, by title.
    """

    claims: tuple[Row, ...]
    left_out: Mapping[str, str]
    page: Path
    quick: bool
    notes: tuple[str, ...]
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict[str, Sequence[Row]])

    def __str__(self) -> str:
        """Tables; every claim with its verdict and number; what was left out, where to look."""
        lines = [f"{title}\n{_tabled.aligned(rows)}\n" for title, rows in self.tables.items()]
        lines += [
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

    Rows of a finished task are kept in ``rows/`` with everything that they depend on, networks
    that are trained in ``training/``. A study that was interrupted goes on where it stopped,
    and ends with the same files as if it had not been. Rows that are damaged, or of other
    settings, are computed anew, which the outcome notes.

    Parameters
    ----------
    study
        From `homolog.studies.find`.
    folder
        For ``claims.csv``, ``run.toml``, ``index.html`` and, for each part, ``<part>.csv``,
        ``.png`` and ``.svg``; where a study has tables, also ``tables.md``, and each as a csv.
    sources
        Where images, recordings and trained networks are. A part that lacks its own is left
        out.
    quick
        Smaller populations and fewer draws: to see that everything runs. Its verdicts
        are not evidence.
    seed
        From which all random numbers come, those of a task independent of other tasks.
    workers
        Processes that share the tasks, and the replicas in training. Rows do not depend on it.
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
    left_out = {
        part.name: why
        for part in study.parts
        if not (quick and part.stands_in) and (why := part.missing(sources))
    }
    parts = [part for part in study.parts if part.name not in left_out]
    record = Record(study.name, quick, seed, command, sources, {})
    if sources.trained is None:
        sources = replace(sources, trained=folder)
        taught = [part for part in parts if part.learn is not nothing_learned]
        if taught:
            record.write(folder)
        for part in taught:
            for options in part.tasks(quick).values():
                part.learn(options, sources, Teaching(seed, workers, progress))
    # Files that are not there are refused here, before any work.
    planned = {part.name: _jobs(part, folder, sources, quick, seed) for part in parts}
    inputs = {name: read for name, jobs in planned.items() if (read := _all_read(jobs))}
    record = replace(record, inputs=inputs)
    record.write(folder)
    notes = [note for jobs in planned.values() for note in _notes(jobs)]
    claims: list[Row] = []
    tables: dict[str, Sequence[Row]] = {}
    for part in study.parts:
        if part.name in left_out:
            claims += _told(part, {}, left_out[part.name])
            continue
        rows = _worked(planned[part.name], 1 if part.alone else workers, progress)
        told, tabled = _shown(part, rows, folder)
        claims += told
        tables |= tabled
    write_whole(folder / "claims.csv", csv_text(claims).encode())
    if tables:
        write_whole(folder / "tables.md", _tabled.page(tables, quick=quick).encode())
    page = _page.write(study, claims, tables, left_out, record.facts, notes, folder)
    return Outcome(tuple(claims), left_out, page, quick, tuple(notes), tables)


def _notes(jobs: Sequence[Job]) -> list[str]:
    """What earlier runs left that is of no use, a sentence for each reason."""
    reasons = Counter(why for _, why in map(_kept, jobs) if why)
    what = jobs[0].part.name
    return [
        f"{what}: {'one task' if n == 1 else f'{n} tasks'} kept in this folder, "
        + ("damaged," if why == DAMAGED else f"done with {why},")
        + " computed anew"
        for why, n in reasons.items()
    ]


def _jobs(part: Part, folder: Path, sources: Sources, quick: bool, seed: int) -> list[Job]:
    common = _digest(part.inputs(sources))
    own = {
        task: _digest(part.reads(options, sources)) for task, options in part.tasks(quick).items()
    }
    return [
        Job(part, task, options, seed, common + own[task], sources, folder)
        for task, options in part.tasks(quick).items()
    ]


def _all_read(jobs: Sequence[Job]) -> str:
    """A digest of all that the tasks of a part read."""
    found = list(dict.fromkeys(job.inputs for job in jobs))
    if len(found) == 1:
        return found[0]
    return blake2b("".join(found).encode(), digest_size=16).hexdigest()


def _digest(files: Sequence[Path]) -> str:
    if not files:
        return ""
    digest = blake2b(digest_size=16)
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _kept(job: Job) -> tuple[list[Row] | None, str]:
    return kept(job) if job.part.kept else (None, "")


def _worked(jobs: list[Job], workers: int, progress: Progress) -> list[Row]:
    """Rows of all jobs, in their order; those that were not there are kept as soon as done."""
    found = {job.task: rows for job in jobs if (rows := _kept(job)[0]) is not None}
    missing = [job for job in jobs if job.task not in found]
    what = jobs[0].part.title
    progress(what, len(found), len(jobs))
    for job, rows in _done(missing, workers):
        if job.part.kept:
            keep(job, rows)
        found[job.task] = rows
        progress(what, len(found), len(jobs))
    return [row for job in jobs for row in found[job.task]]


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


def _shown(part: Part, rows: list[Row], folder: Path) -> tuple[list[Row], dict[str, Sequence[Row]]]:
    """Write the numbers, figure and tables of a part; what it says of claims, and its tables."""
    import pandas as pd

    write_whole(folder / f"{part.name}.csv", csv_text(rows).encode())
    table = pd.DataFrame(rows)
    figure = part.draw(table)
    for form in ("svg", "png"):
        write_whole(folder / f"{part.name}.{form}", rendered(figure, form))
    tables = part.tables(table)
    for name, tabled in tables.items():
        write_whole(folder / f"{part.name}-{name}.csv", csv_text(list(tabled)).encode())
    titled = {f"{part.title}: {name}": tabled for name, tabled in tables.items()}
    return _told(part, part.judge(table), ""), titled


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
