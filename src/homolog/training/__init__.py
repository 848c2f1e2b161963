"""Networks learn tasks: any rule, many replicas, killed at any moment and taken up again."""

from homolog.training._record import record
from homolog.training._train import train
from homolog.training._training import Training

__all__ = ["Training", "record", "train"]
