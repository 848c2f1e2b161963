"""Planted histories of training, laid out as `homolog.train` leaves them."""

import json
from pathlib import Path

from homolog.networks.layered import settings
from homolog.studies import _trained
from homolog.studies._study import Choices, Sources
from homolog.training._folder import _toml


def options_of(data, name, *, quick=False, replicas=10, epochs=50):
    """What a study asks of a row, such as "backprop-mse"."""
    chosen = Choices(replicas=replicas, epochs=epochs)
    return _trained.tasks(quick, data=data, choices=chosen)[f"{data}-{name}"]


def folder_of(root, data, name):
    return _trained.folder_of(options_of(data, name), Sources(trained=Path(root)))


def plant(root, data, name, accuracies, *, task=None, dead=None, angles=None, **facts):
    """Write histories: for each replica its test accuracies, as shares, epoch after epoch."""
    options = options_of(data, name)
    folder = folder_of(root, data, name)
    for replica, course in accuracies.items():
        (folder / f"replica-{replica}").mkdir(parents=True)
        lines = [
            {
                "replica": replica,
                "epoch": epoch,
                "train_accuracy": accuracy,
                "test_accuracy": accuracy,
                "ties": 0,
                "dead_outputs": (dead or {}).get(replica, 0),
                **({"angle_1": angles[replica][epoch - 1]} if angles else {}),
                "seconds": 1.0,
            }
            for epoch, accuracy in enumerate(course, 1)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"replica-{replica}" / "history.jsonl").write_text(text)
    rule = _trained.rule_of(_trained.row_of(options))
    said = {
        "rule": rule.name,
        "task": task or data,
        "sizes": list(_trained.sizes_of(options)),
        "batch": 20,
        "rng": 0,
        "settings": settings(rule),
        **facts,
    }
    (folder / "run.toml").write_text(_toml(said))
    return folder
