"""Networks learn tasks: any rule, many replicas, killed at any moment and taken up again."""

from homolog import errors

try:
    from homolog.training._record import record
    from homolog.training._train import train
    from homolog.training._training import Training
    from homolog.training.through_time import RecurrentTraining, read_recurrent, train_recurrent
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise errors.missing_extra("training", "torch", "torch") from error

__all__ = [
    "RecurrentTraining",
    "Training",
    "read_recurrent",
    "record",
    "train",
    "train_recurrent",
]
