"""Which of several candidates is closest to a recording, and what noise lets any of them reach."""

from homolog.ranking._ceiling import Ceiling
from homolog.ranking._ceilings import Ceilings, ceilings
from homolog.ranking._difference import Difference
from homolog.ranking._exchange import exchange_p
from homolog.ranking._rank import rank
from homolog.ranking._ranking import Ranking, Standing

__all__ = [
    "Ceiling",
    "Ceilings",
    "Difference",
    "Ranking",
    "Standing",
    "ceilings",
    "exchange_p",
    "rank",
]
