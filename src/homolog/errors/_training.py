"""Trainings that cannot go on, or not in this folder."""

from collections.abc import Mapping, Sequence

from homolog.errors._base import HomologError


def diverged(epoch: int, what: str, settings: str) -> HomologError:
    """HM015: weights, or what is read from them, that are no longer finite."""
    return HomologError(
        "HM015",
        f"{what} is no longer finite after epoch {epoch} ({settings}). Lower the rates of learning"
        " or the steps of settling. What was kept of the epochs before is untouched.",
    )


def activity_diverged(
    trial: int, time: float, dt: float, dtype: str, replica: int | None
) -> HomologError:
    """HM015: activity that leaves the range of its precision."""
    of = "" if replica is None else f" of replica {replica}"
    return HomologError(
        "HM015",
        f"activity{of} is no longer finite in {dtype} by time {time:g} of trial {trial}"
        f" (dt={dt:g}). Lower dt; if that changes nothing the network itself runs away:"
        " weaken its recurrent weights, or run it for less time.",
    )


def other_training(folder: object, differing: Mapping[str, tuple[object, object]]) -> HomologError:
    """HM046: a folder with a training of other settings."""
    told = "; ".join(
        f"{name} was {before!r}, now {now!r}" for name, (before, now) in differing.items()
    )
    return HomologError(
        "HM046",
        f"{folder} holds a training of other settings: {told}. Give another folder, or the"
        " settings of before to go on with it.",
    )


def folder_of_others(
    folder: object, there: Sequence[str], left_by: str = "training"
) -> HomologError:
    """HM046: a folder with files that no training, or whatever writes there, left."""
    return HomologError(
        "HM046",
        f"{folder} holds {', '.join(there)}, which no {left_by} left there. Give another folder.",
    )


def unguarded(call: str) -> HomologError:
    """HM049: a script that every worker would run from its first line."""
    return HomologError(
        "HM049",
        f"{call}(workers=…) was called by a script that its workers import, so that each"
        ' would begin the work anew. Put its code under if __name__ == "__main__": or leave'
        " out workers.",
    )


def worker_ended(call: str, kept: str) -> HomologError:
    """HM049: a worker that ended before its work was done."""
    return HomologError(
        "HM049",
        "a worker process ended before its work was done. Either it was killed, for want of memory"
        f" for instance, or it could not import the script that called {call}(workers=…):"
        ' put the code of that script under if __name__ == "__main__": or leave out workers.'
        f" {kept}",
    )


def in_use(folder: object, process: int) -> HomologError:
    """HM047: a folder into which another process is writing."""
    return HomologError(
        "HM047",
        f"process {process} is training in {folder}. Wait for it to end, or give another folder.",
    )


def diverged_in_time(replica: int, iteration: int, settings: str) -> HomologError:
    """HM015: a recurrent network whose error or gradient is no longer finite."""
    return HomologError(
        "HM015",
        f"the loss of replica {replica} or its gradient is not finite in iteration {iteration}"
        f" ({settings}). Lower the rate, or clip the gradient at a lower norm. What was kept of the"
        " iterations before is untouched.",
    )


def no_training_there(folder: object) -> HomologError:
    """HM059: a folder in which no recurrent networks have been trained."""
    return HomologError(
        "HM059",
        f"{folder} holds no training of recurrent networks. Name a folder that"
        " homolog.train_recurrent(folder=…) has written to.",
    )
