"""Published implementations, installed and run beside our measures.

Provenance and convention of every peer stand in its docstring in `peers`; the version is
the one installed, see constraints.txt.
"""

import pytest
from tests.oracle.expressions import OURS, Responses, difference, too_wide
from tests.oracle.peers import PEERS, Peer
from tests.oracle.populations import POPULATIONS

from homolog import HomologError

CASES = [
    pytest.param(peer, *pair, id=f"{peer.package} {peer.expression}: {name}")
    for peer in PEERS
    for name, pair in POPULATIONS.items()
    if peer.applies(*pair)
]


@pytest.mark.parametrize(("peer", "x", "y"), CASES)
def test_peer_agrees(peer: Peer, x: Responses, y: Responses) -> None:
    pytest.importorskip(peer.module)
    if too_wide(peer.expression, x, y):
        with pytest.raises(HomologError, match="HM005"):
            OURS[peer.expression](x, y)
        return
    assert difference(peer.score(x, y), OURS[peer.expression](x, y)) <= peer.tolerance
