"""What a training leaves: the networks, and how they came to be what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from homolog.networks import LayeredNetwork


def collapsed(last: Any) -> Any:
    """Of replicas after their last epoch, rows of a history: which of them have collapsed.

    They never answer one of the classes, or are right half as often as the best of them. Of
    networks that have only begun to learn this says little.
    """
    return (last.test_accuracy < last.test_accuracy.max() / 2) | (last.dead_outputs > 0)


def _silent(n_classes: int) -> str:
    """What `collapsed` found: classes that are never answered, or else too few right answers."""
    if n_classes == 0:
        return "right less than half as often as the best"
    return f"never answers {n_classes} of the classes"


@dataclass(frozen=True, eq=False)
class Training:
    """Networks that have learned a task, and the history of their learning.

    Attributes
    ----------
    network
        All replicas, side by side, after the last epoch.
    history
        A row for each replica and epoch: ``replica``; ``epoch``, from 1; ``train_accuracy``
        (of the first 10,000 training stimuli) and ``test_accuracy`` (of all), shares of
        stimuli whose class has the largest output, after the epoch; ``ties``, test stimuli
        on which several outputs are the largest, of which the first counts as the answer;
        ``dead_outputs``, classes that are the answer to no test stimulus; ``angle_1`` and on,
        degrees between the synapses from that layer of neurons to the next and, turned round,
        those back; what the rule observes on the first 1,000 test stimuli; and ``seconds``
        that learning took, of the CPU on a CPU, else of the clock.
    """

    network: LayeredNetwork
    history: pd.DataFrame

    @property
    def last(self) -> pd.DataFrame:
        """The last epoch of every replica."""
        return self.history.groupby("replica").tail(1).set_index("replica")

    @property
    def collapsed(self) -> tuple[int, ...]:
        """Replicas that ended with a class they never answer, or right half as often as the best.

        Means over replicas say little where some have collapsed. After few epochs they may only
        be still learning.
        """
        last = self.last
        return tuple(int(number) for number in last.index[collapsed(last)])

    def summary(self) -> pd.DataFrame:
        """Mean, standard deviation, median and extremes over replicas, after the last epoch.

        The deviation is that of a sample (n - 1), and NaN of a single replica, for which it is
        unknown. ``seconds`` are of all epochs together.
        """
        import pandas as pd

        last = self.last.drop(columns="epoch")
        last["seconds"] = self.history.groupby("replica").seconds.sum()
        columns = {
            "mean": last.mean(),
            "std": last.std(),
            "median": last.median(),
            "lowest": last.min(),
            "highest": last.max(),
        }
        return pd.DataFrame(columns)

    def __str__(self) -> str:
        """Who learned and for how long, then `summary` as a table, then who is far behind."""
        epochs = self.network.epochs
        head = f"{self.network!r} after {epochs} {'epoch' if epochs == 1 else 'epochs'}"
        table = self.summary().to_string(float_format="{:.4g}".format, na_rep="")
        return "\n".join([head, "", table, *self._behind()])

    def _behind(self) -> list[str]:
        """Which replicas `collapsed` names, what it says of them, and what to do."""
        if not self.collapsed:
            return []
        last, n = self.last, self.network.n_replicas
        told = (f"replica {r} ({_silent(last.dead_outputs[r])})" for r in self.collapsed)
        return [
            "",
            f"! {len(self.collapsed)} of {n} collapsed, or still learning: {', '.join(told)}",
            "  More epochs tell which. What stays so has collapsed: take another seed or lower"
            " rates, and the median for the mean.",
        ]

    __repr__ = __str__
