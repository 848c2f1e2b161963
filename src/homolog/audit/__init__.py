"""What a similarity score rewards: responses made to score high, and what they then encode."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.audit._audit import Audit, audit
    from homolog.audit._components import CapturedComponents, captured_components
    from homolog.audit._decoding import Decoding, decoding
    from homolog.audit._decoding_along import DecodingAlong, decoding_along
    from homolog.audit._gauge import GaugeAudit, gauge_audit
    from homolog.audit._guarantee import Guarantee, guarantee
    from homolog.audit._maximise import maximise, maximise_many
    from homolog.audit._objective import Objective, objective
    from homolog.audit._perturbation import Perturbation, perturb_components
    from homolog.audit._region import region
    from homolog.audit._region_found import Region
    from homolog.audit._trajectory import Trajectory, load_trajectory
    from homolog.audit._trials import pseudo_trials

__all__ = [
    "Audit",
    "CapturedComponents",
    "Decoding",
    "DecodingAlong",
    "GaugeAudit",
    "Guarantee",
    "Objective",
    "Perturbation",
    "Region",
    "Trajectory",
    "audit",
    "captured_components",
    "decoding",
    "decoding_along",
    "gauge_audit",
    "guarantee",
    "load_trajectory",
    "maximise",
    "maximise_many",
    "objective",
    "perturb_components",
    "pseudo_trials",
    "region",
]

_HOME = {
    "Audit": "_audit",
    "CapturedComponents": "_components",
    "Decoding": "_decoding",
    "DecodingAlong": "_decoding_along",
    "GaugeAudit": "_gauge",
    "Guarantee": "_guarantee",
    "Objective": "_objective",
    "Perturbation": "_perturbation",
    "Region": "_region_found",
    "Trajectory": "_trajectory",
    "audit": "_audit",
    "captured_components": "_components",
    "decoding": "_decoding",
    "decoding_along": "_decoding_along",
    "gauge_audit": "_gauge",
    "guarantee": "_guarantee",
    "load_trajectory": "_trajectory",
    "maximise": "_maximise",
    "maximise_many": "_maximise",
    "objective": "_objective",
    "perturb_components": "_perturbation",
    "pseudo_trials": "_trials",
    "region": "_region",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.audit.{_HOME[name]}"), name)
    raise AttributeError(f"module 'homolog.audit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
