"""Networks by the rows of Table 1 of Bozkurt et al. (2023), which several studies share.

Each row and set of images has a folder below ``training/``, such as
``training/mnist-corinfomax-box``, as `homolog.train` keeps it. What a study asks for and a
folder does not hold is trained; a folder that someone else has begun is taken up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import errors
from homolog.studies._study import Choices, Options, Sources, Teaching

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule, Preset
    from homolog.tasks import Classification
    from homolog.tasks._places import Published
    from homolog.training._reading import Standing

SOURCE = "https://arxiv.org/abs/2306.04810"

DATA = ("mnist", "fashion_mnist", "cifar10")
REPLICAS, EPOCHS, BATCH = 10, 50, 20
"""As published."""

QUICK_REPLICAS, QUICK_EPOCHS, QUICK_HIDDEN = 2, 2, 24
"""On the digits of scikit-learn, to see that everything runs."""

HASTENED: Mapping[str, Mapping[str, Any]] = {"corinfomax": {"lateral_refresh": 10}}
"""Settings that differ from the published: 2.5 times faster, and no more unlike than rounding."""

ORDER = (
    "corinfomax",
    "equilibrium_propagation",
    "similarity_matching",
    "predictive_coding",
    "predictive_coding_nudge",
    "feedback_alignment",
    "backprop",
)
"""Of the rules in the table."""


def rows(data: str, rules: Sequence[str] | None = None) -> list[Preset]:
    """Rows of the table for a set of images, in its order; of some rules, or of all.

    Raises
    ------
    HomologError
        HM023 for a rule that does not exist.
    """
    from homolog.rules import find, presets

    wanted = ORDER if rules is None else {find(name).name for name in rules}
    return [
        row
        for name in ORDER
        if name in wanted
        for row in presets(name)
        if row.dataset == data and row.published is not None
    ]


def quoted(row: Preset) -> bool:
    """Whether the table quotes a row from elsewhere: nothing tells how its networks spread."""
    return row.test_std is None


def key(row: Preset) -> str:
    """Of a row among those of its images: rule and variant."""
    return f"{row.rule.name}-{row.variant}" if row.variant else row.rule.name


def called(row: Preset) -> str:
    """As the table names it; where it prints one name for two rows, which of them."""
    return row.row.partition(" (")[0]


def tasks(quick: bool, *, data: str, choices: Choices) -> dict[str, Options]:
    """What is asked of each row, by its key."""
    least = {"replicas": QUICK_REPLICAS, "epochs": QUICK_EPOCHS}
    usual = {"replicas": REPLICAS, "epochs": EPOCHS}
    asked = {name: getattr(choices, name) for name in usual}
    size = {name: asked[name] or (least if quick else usual)[name] for name in usual}
    return {
        f"{data}-{key(row)}": {
            "data": data,
            "rule": row.rule.name,
            "variant": row.variant,
            **size,
            "quick": quick,
            "train": choices.train is not False and not quoted(row),
        }
        for row in rows(data, choices.rules)
    }


def row_of(options: Options) -> Preset:
    """The row that a task is about."""
    return next(
        row for row in rows(options["data"], [options["rule"]]) if row.variant == options["variant"]
    )


def rule_of(row: Preset) -> LearningRule:
    """Its settings, hastened where nothing depends on it."""
    return replace(row.rule, **HASTENED.get(row.rule.name, {}))  # pyright: ignore[reportArgumentType]


def sizes_of(options: Options) -> tuple[int, ...]:
    """Of its layers; small ones for the digits of a quick run."""
    sizes = row_of(options).sizes
    return (64, *[QUICK_HIDDEN] * (len(sizes) - 2), 10) if options["quick"] else sizes


def folder_of(options: Options, sources: Sources) -> Path:
    """Where its replicas are kept."""
    assert sources.trained is not None
    quick = "quick-" if options["quick"] else ""
    return sources.trained / "training" / f"{quick}{options['data']}-{key(row_of(options))}"


def learn(options: Options, sources: Sources, teaching: Teaching) -> None:
    """Train what is missing; replicas that have learned for longer are left alone.

    Raises
    ------
    HomologError
        What `homolog.train` refuses: HM046 for a folder of other settings or another seed,
        HM047 for one in which another process is training.
    """
    if not options["train"]:
        return
    found = found_in(options, sources, teaching.seed)
    sizes, folder = sizes_of(options), folder_of(options, sources)
    which = unfinished(options, found)
    if which:
        task = images(options["data"], sources, quick=options["quick"], begun_with=found.facts)
        train(rule_of(row_of(options)), task, sizes, which, options["epochs"], folder, teaching)


def unfinished(options: Options, found: Standing) -> list[int]:
    """Replicas that were asked for and have not learned for longer than that."""
    return [
        number
        for number in range(options["replicas"])
        if len(found.histories.get(number, ())) <= options["epochs"]
    ]


def train(
    rule: LearningRule,
    task: Classification,
    sizes: Sequence[int],
    replicas: Sequence[int],
    epochs: int,
    folder: Path,
    teaching: Teaching,
) -> None:
    """`homolog.train` as all studies do it."""
    from homolog import training

    training.train(
        rule,
        task,
        sizes,
        epochs=epochs,
        batch=BATCH,
        replicas=replicas,
        rng=teaching.seed,
        folder=folder,
        workers=min(teaching.workers, len(replicas)),
        progress=teaching.progress,
    )


def found_in(options: Options, sources: Sources, seed: int | None = None) -> Standing:
    """What the folder of a row holds of it, which is left as it is.

    Raises
    ------
    HomologError
        HM046 for a training of other settings.
    """
    from homolog.training._reading import refuse_other, standing

    folder = folder_of(options, sources)
    found = standing(folder)
    asked = {"sizes": list(sizes_of(options)), "batch": BATCH}
    seeded = {} if seed is None else {"rng": seed}
    refuse_other(folder, found, rule_of(row_of(options)), **asked, **seeded)
    return found


def histories(options: Options, sources: Sources) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Of each replica that was asked for and begun: its epochs, up to those asked for."""
    for number, lines in found_in(options, sources).histories.items():
        if number < options["replicas"]:
            yield number, list(lines[: options["epochs"]])


def label(options: Options, sources: Sources) -> str:
    """What the images are called that the networks saw: a lossy copy says that it is one."""
    if options["quick"]:
        return f"digits, in place of {options['data']}"
    return found_in(options, sources).facts.get("task", options["data"])


def images(
    data: str, sources: Sources, *, quick: bool = False, begun_with: Mapping[str, Any] | None = None
) -> Classification:
    """The images of a row; of CIFAR-10 as published where they are, else the lossy copy.

    A training goes on with the images that it has begun with, as `begun_with` calls them.
    """
    if quick:
        return _loaded("digits", None)
    copies = _copies(data, sources)
    if begun_with and "lossy" in begun_with["task"]:
        copies = copies[-1:]
    return _loaded(copies[0], sources.images)


@lru_cache(maxsize=1)
def _loaded(name: str, folder: Path | None) -> Classification:
    from homolog.tasks import load

    return load(name, folder)


def _copies(data: str, sources: Sources) -> list[str]:
    """Names of the tasks that show these images, those first whose files are there."""
    from homolog.tasks._places import files

    if data != "cifar10":
        return [data]
    try:
        files(_published(data), sources.images, download=False)
    except errors.HomologError:
        return ["cifar10_jpeg"]
    return ["cifar10", "cifar10_jpeg"]


def _published(name: str) -> Published:
    from homolog.tasks import _grey, cifar10, cifar10_jpeg

    return {
        "mnist": _grey.MNIST,
        "fashion_mnist": _grey.FASHION_MNIST,
        "cifar10": cifar10.PUBLISHED,
        "cifar10_jpeg": cifar10_jpeg.PUBLISHED,
    }[name]


def missing(sources: Sources, *, data: str, train: bool = True, shows: bool = False) -> str | None:
    """What a part lacks whose networks learn these images, or are only shown them."""
    from importlib.util import find_spec

    from homolog.tasks._places import files

    if find_spec("torch") is None:
        return (
            'it trains networks with PyTorch, which is not installed: pip install "homolog[torch]"'
        )
    if sources.trained is not None and not (sources.trained / "training").is_dir():
        allowed = "the folder of a study that trained networks, with training/ in it"
        raise errors.bad_value("trained", str(sources.trained), allowed)
    needed = shows or (train and sources.trained is None)
    if not needed or data == "digits":
        return None
    try:
        files(_published(_copies(data, sources)[0]), sources.images, download=False)
    except errors.HomologError as error:
        if error.code != "HM032":
            raise
        return (
            f"it needs the images {data}, and neither HOMOLOG_DATA nor --images names a folder "
            "that holds them"
        )
    return None


def chosen_data(choices: Choices, allowed: Sequence[str]) -> tuple[str, ...]:
    """Sets of images, all of those allowed unless some are named.

    Raises
    ------
    HomologError
        HM025 for another.
    """
    given = tuple(one.strip().lower().replace("-", "_") for one in choices.data or allowed)
    for one in given:
        if one not in allowed:
            raise errors.bad_value("data", one, ", ".join(allowed))
    return tuple(dict.fromkeys(given))
