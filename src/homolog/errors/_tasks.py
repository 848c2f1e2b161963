"""Tasks that cannot be read, and stimuli that no network can learn from."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, some


def stimuli_not_finite(name: str, count: int, first: int) -> HomologError:
    """HM004: NaN or inf among the inputs of a task, in single precision."""
    return HomologError(
        "HM004",
        f"{name} has {counted(count, 'entry', 'entries')} that are NaN or inf in float32, the"
        f" first in stimulus {first}. Leave such stimuli out, or fill them in, before making the"
        " task.",
    )


def task_absent(
    task: str, lacking: Sequence[str], looked_in: Sequence[object], fetched: bool
) -> HomologError:
    """HM032: files of a task that are not in the folders looked in, or no folder given."""
    folders = " or ".join(map(str, looked_in))
    where = f"they are not in {folders}" if looked_in else "no folder was named"
    download = "; download=True fetches them into it" if fetched else ""
    return HomologError(
        "HM032",
        f"{task} needs {some(lacking, 6)}, with or without .gz, and {where}. Name their"
        f" folder with folder=… or in the environment variable HOMOLOG_DATA{download}.",
    )


def other_content(path: object, task: str, got: str, official: str, known: str) -> HomologError:
    """HM021: a file that is whole but holds something else than was published.

    `known` says what it holds, if that is known.
    """
    holds = f"; it is {known}" if known else ""
    return HomologError(
        "HM021",
        f"{path} is not the published file of {task}: the SHA-256 of its content is {got}, not"
        f" {official}{holds}. Replace it by the published one, or name another folder.",
    )


def not_downloaded(task: str, place: object, failures: Sequence[str]) -> HomologError:
    """HM048: files that no address gave, or gave damaged; nothing of them is kept."""
    return HomologError(
        "HM048",
        f"{task} was not downloaded: {'; '.join(failures)}. Nothing was kept. Try again, or put its"
        f" files into {place} by hand.",
    )


def trials_in_time(what: str, got: object, wanted: str) -> HomologError:
    """HM058: trials of a task in time whose parts do not fit, or cannot be read."""
    return HomologError("HM058", f"trials: {what} is {got}; they need {wanted}.")
