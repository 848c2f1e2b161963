"""Settings that cannot be meant are refused when they are made, and never with a bare error."""

import numpy as np
import pytest
import torch

from homolog import HomologError
from homolog.rules import find, preset

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("name", "setting", "message"),
    [
        ("corinfomax", {"leak": NAN}, "leak is nan; allowed: 0 or more, and finite"),
        ("corinfomax", {"leak": "none"}, "leak is 'none'; allowed: 0 or more, and finite"),
        ("corinfomax", {"step_decay": NAN}, "step_decay is nan; allowed: 0 or more"),
        ("corinfomax", {"epsilon": INFINITY}, "epsilon is inf; allowed: above 0, and finite"),
        ("corinfomax", {"nudge": True}, "nudge is True; allowed: above 0, and finite"),
        ("corinfomax", {"step_size": "0.1"}, "step_size is '0.1'; allowed: above 0, and finite"),
        ("corinfomax", {"forgetting": None}, "forgetting is None; allowed: between 0 and 1"),
        ("corinfomax", {"forward_rates": None}, "forward_rates is None; allowed: a number from 0"),
        ("corinfomax", {"forward_rates": True}, "forward_rates is True; allowed: a number from 0"),
        ("corinfomax", {"domain": ()}, r"domain is \(\); allowed: 'box', "),
        ("corinfomax", {"domain": ["box", "ball"]}, "domain is 'ball'; allowed: 'box', "),
        ("corinfomax", {"rate_decays": 0.9}, r"rate_decays is 0.9; allowed: \(epoch, factor\)"),
        ("corinfomax", {"rate_decays": (0, 0.9)}, r"rate_decays is \(0, 0.9\); allowed: "),
        ("corinfomax", {"rate_decays": ((0, "x"),)}, r"rate_decays is \(\(0, 'x'\),\); allowed: "),
        ("corinfomax", {"rate_decays": ((0, 0.9, 1),)}, "rate_decays is .*; allowed: "),
        ("equilibrium_propagation", {"rate_decay": "x"}, "rate_decay is 'x'; allowed: above 0"),
        (
            "equilibrium_propagation",
            {"response_step_size": 0},
            "response_step_size is 0; allowed: ",
        ),
        ("equilibrium_propagation", {"response_step_size": "x"}, "response_step_size is 'x'; "),
        ("similarity_matching", {"lateral_rate": "x"}, "lateral_rate is 'x'; allowed: from 0"),
        ("predictive_coding", {"target_floor": "x"}, "target_floor is 'x'; allowed: 0 to below"),
        ("backprop", {"rate": INFINITY}, "rate is inf; allowed: above 0, and finite"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(name, setting, message):
    with pytest.raises(HomologError, match=f"HM025 {message}"):
        find(name)(**setting)


def test_lists_and_arrays_are_settings_of_each_layer():
    given = find("corinfomax")(
        domain=["box", "relu"], rate_decays=[[0, 0.9]], forward_rates=np.array([1.0, 0.5])
    )
    same = find("corinfomax")(
        domain=("box", "relu"), rate_decays=((0, 0.9),), forward_rates=(1.0, 0.5)
    )
    assert (given, hash(given)) == (same, hash(same))
    assert find("corinfomax")(forward_rates=np.float32(0.5)).forward_rates == (0.5,)


@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        ({"dtype": torch.int64}, "dtype is torch.int64; allowed: a real type of PyTorch"),
        ({"dtype": "float64"}, "dtype is 'float64'; allowed: a real type of PyTorch"),
        ({"device": "abacus"}, 'device is .abacus.; allowed: "cpu", or one that is here'),
    ],
)
def test_networks_that_cannot_compute_are_not_wired(wiring, message):
    with pytest.raises(HomologError, match=f"HM025 {message}"):
        find("backprop")().wire((4, 3), **wiring)


def test_replicas_may_be_counted_by_numpy():
    network = find("backprop")().wire((4, 3), replicas=np.int64(3))
    assert network.seeds == find("backprop")().wire((4, 3), replicas=3).seeds


def test_images_go_by_name():
    with pytest.raises(HomologError, match="HM025 dataset is None; allowed: a name of images"):
        preset("corinfomax", None)
