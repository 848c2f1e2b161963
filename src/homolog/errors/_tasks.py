"""Tasks that cannot be read, and stimuli that no network can learn from."""

from collections.abc import Sequence

from homolog.errors._base import HomologError, counted, some


def stimuli_not_finite(name: str, count: int, first: int) -> HomologError:
    """HM004: NaN or inf among the inputs of a task."""
    return HomologError(
        "HM004",
        f"{name} has {counted(count, 'entry', 'entries')} that are NaN or inf, the first in"
        f" stimulus {first}. Leave such stimuli out, or fill them in, before making the task.",
    )


def task_absent(
    task: str, lacking: Sequence[str], looked_in: Sequence[object], fetched: bool
) -> HomologError:
    """HM032: files of a task that are not in the folders looked in, or no folder given."""
    missing = f"{task} needs {some(lacking)}"
    if looked_in:
        missing += f", not there in {' or '.join(map(str, looked_in))}"
    else:
        missing += ", and no folder was named"
    download = ", or fetch them there with download=True" if fetched else ""
    return HomologError(
        "HM032",
        f"{missing}. Name their folder with folder=… or in the environment variable"
        f" HOMOLOG_DATA{download}.",
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
