"""Recurrent networks learn tasks in time, by backpropagation through it."""

from homolog.training.through_time._train import train_recurrent
from homolog.training.through_time._training import RecurrentTraining, read_recurrent

__all__ = ["RecurrentTraining", "read_recurrent", "train_recurrent"]
