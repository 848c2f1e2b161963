"""homolog: how alike are two neural networks, or a network and a brain."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog import (
        audit,
        balancing,
        encoding,
        figures,
        matching,
        measures,
        networks,
        ranking,
        recordings,
        report,
        rules,
        sampling,
        studies,
        tasks,
        testing,
        training,
    )
    from homolog.all_pairs import Matrices, Matrix, matrix
    from homolog.balancing import Balanced, balance
    from homolog.comparison import Comparison, compare
    from homolog.errors import HomologError
    from homolog.files import load, save
    from homolog.information import correlative_information
    from homolog.networks import RecurrentNetwork
    from homolog.ranking import rank
    from homolog.representation import Representation, align, represent
    from homolog.scoring import Score
    from homolog.training import (
        RecurrentTraining,
        Training,
        read_recurrent,
        record,
        train,
        train_recurrent,
    )

__version__ = "0.1.0"

__all__ = [
    "Balanced",
    "Comparison",
    "HomologError",
    "Matrices",
    "Matrix",
    "RecurrentNetwork",
    "RecurrentTraining",
    "Representation",
    "Score",
    "Training",
    "align",
    "audit",
    "balance",
    "balancing",
    "compare",
    "correlative_information",
    "encoding",
    "figures",
    "load",
    "matching",
    "matrix",
    "measures",
    "networks",
    "rank",
    "ranking",
    "read_recurrent",
    "record",
    "recordings",
    "report",
    "represent",
    "rules",
    "sampling",
    "save",
    "studies",
    "tasks",
    "testing",
    "train",
    "train_recurrent",
    "training",
]

_HOME = {
    "Balanced": "balancing",
    "Comparison": "comparison",
    "HomologError": "errors",
    "Matrices": "all_pairs",
    "Matrix": "all_pairs",
    "RecurrentNetwork": "networks",
    "RecurrentTraining": "training",
    "Representation": "representation",
    "Score": "scoring",
    "Training": "training",
    "align": "representation",
    "balance": "balancing",
    "compare": "comparison",
    "correlative_information": "information",
    "load": "files",
    "matrix": "all_pairs",
    "rank": "ranking",
    "read_recurrent": "training",
    "record": "training",
    "represent": "representation",
    "save": "files",
    "train": "training",
    "train_recurrent": "training",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.{_HOME[name]}"), name)
    if name in __all__:
        return import_module(f"homolog.{name}")
    raise AttributeError(f"module 'homolog' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
