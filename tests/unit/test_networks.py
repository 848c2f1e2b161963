"""Networks: parts that do not fit, files that hold something else, and what leaks out of them."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import zeros

from homolog import HomologError, rules
from homolog.networks import LayeredNetwork

SIZES = (6, 5, 3)
STIMULI, LABELS = np.random.default_rng(0).random((7, 6)), np.arange(7) % 3


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"forward": ()}, "forward is no weights; the layers ask for at least one layer"),
        ({"forward": (zeros(4),)}, r"forward\[0\] is \(4,\); .* \(replica, n_post, n_pre\)"),
        ({"forward": zeros(1, 3, 4)}, r"forward\[0\] is \(3, 4\)"),
        ({"forward": (np.zeros((1, 3, 4)),)}, r"forward\[0\] is ndarray; .* a tensor of real"),
        (
            {"forward": (zeros(1, 3, 4).long(),)},
            r"forward\[0\] is torch.int64; .* a tensor of real",
        ),
        (
            {"forward": (zeros(1, 3, 4), zeros(1, 2, 5))},
            r"forward\[1\] is \(1, 2, 5\); .* \(1, 2, 3\)",
        ),
        ({"forward": (zeros(1, 3, 4),), "seeds": (1, 2)}, "seeds is 2; the layers ask for 1"),
        (
            {"forward": (zeros(1, 3, 4),), "biases": (zeros(1, 3).double(),)},
            r"biases\[0\] is torch.float64 on cpu; the layers ask for torch.float32 on cpu",
        ),
        (
            {"forward": (zeros(1, 3, 4), zeros(1, 2, 3)), "biases": (zeros(1, 3),)},
            "biases is 1 tensors; the layers ask for 2, or none",
        ),
        (
            {"forward": (zeros(1, 3, 4),), "lateral": (zeros(1, 3, 3),) * 2},
            "lateral is 2 tensors; the layers ask for 1, or none",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, message):
    with pytest.raises(HomologError, match=f"HM041 network: {message}"):
        LayeredNetwork(**parts)


@pytest.mark.parametrize("which", [2, -3, 0.5])
def test_replicas_that_are_not_there_are_refused(which):
    network = rules.find("backprop")().wire(SIZES, replicas=2)
    with pytest.raises(HomologError, match=r"HM025 replica is .*; allowed: 0 to 1"):
        network.replica(which)


@pytest.mark.parametrize("name", rules.names())
def test_weights_that_autograd_follows_respond_and_learn_as_others(name):
    rule = rules.find(name)()
    plain = rule.wire(SIZES, replicas=2)
    followed = plain.each(lambda weights: weights.clone().requires_grad_())
    for one, other in zip(
        rule.respond(plain, STIMULI), rule.respond(followed, STIMULI), strict=True
    ):
        assert torch.equal(one, other)
    learned, same = (rule.step(one, STIMULI, LABELS) for one in (followed, plain))
    for one, other in zip(learned.forward, same.forward, strict=True):
        assert torch.equal(one, other)
        # A graph that each step made longer would hold on to all earlier weights.
        assert not one.requires_grad


HEADER = {"rule": None, "seeds": [1], "steps": 0, "epochs": 0}


@pytest.mark.parametrize(
    ("tensors", "header"),
    [
        ({"forward.0": zeros(3)}, HEADER),
        ({"forward.1": zeros(1, 3, 4)}, HEADER),
        ({"forward.x": zeros(1, 3, 4)}, HEADER),
        ({"conv.weight": zeros(1, 3, 4)}, HEADER),
        ({"forward.0": zeros(1, 3, 4)}, None),
        ({"forward.0": zeros(1, 3, 4)}, []),
        ({"forward.0": zeros(1, 3, 4)}, {**HEADER, "steps": "many"}),
        ({"forward.0": zeros(1, 3, 4)}, {**HEADER, "seeds": None}),
        ({"forward.0": zeros(1, 3, 4)}, {**HEADER, "rule": {"name": "none", "settings": {}}}),
    ],
)
def test_files_that_hold_something_else_are_refused(tmp_path, tensors, header):
    path = tmp_path / "other.safetensors"
    path.write_bytes(save(tensors, {"homolog": json.dumps(header)} if header is not None else None))
    with pytest.raises(HomologError, match=r"HM021 .*other.safetensors cannot be read as network"):
        rules.load(path)


def test_settings_and_seeds_that_are_numbers_of_numpy_are_kept(tmp_path):
    rule = rules.find("corinfomax")(step_size=np.float32(0.0625), free_steps=np.int64(3))
    network = replace(rule.wire(SIZES), seeds=(np.int64(7),))
    back = rules.load(network.save(tmp_path / "one.safetensors"))
    assert (back.rule, back.seeds) == (rule, (7,))


@pytest.mark.parametrize(
    "kind",
    [
        lambda x: x[::-1].copy()[::-1],
        lambda x: np.asfortranarray(x),
        lambda x: x.astype(">f8"),
        lambda x: np.frombuffer(x.tobytes()).reshape(x.shape),
    ],
    ids=["reversed", "column by column", "other byte order", "read only"],
)
def test_arrays_are_taken_however_they_lie_in_memory(kind):
    network = rules.find("backprop")().wire(SIZES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rates = network.respond(kind(STIMULI))
    assert torch.equal(rates[-1], network.respond(STIMULI)[-1])


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i1", ">i4"])
def test_labels_may_be_whole_numbers_of_any_kind(kind):
    rule = rules.find("backprop")()
    network = rule.wire(SIZES)
    learned = rule.step(network, STIMULI, LABELS.astype(kind))
    assert torch.equal(learned.forward[0], rule.step(network, STIMULI, LABELS).forward[0])


@pytest.mark.parametrize("name", rules.names())
def test_a_network_without_a_part_that_its_rule_works_with_is_refused(name):
    rule = rules.find(name)()
    network = LayeredNetwork(rule.wire(SIZES).forward)
    lacking, fewer = next(iter(rule.parts.items()))
    says = f"HM041 network: {lacking} is of 0 layers; the layers ask for {len(SIZES) - 1 - fewer}"
    for ask in (
        lambda: rule.respond(network, STIMULI),
        lambda: rule.step(network, STIMULI, LABELS),
    ):
        with pytest.raises(HomologError, match=says):
            ask()


def test_labels_that_are_no_whole_numbers_are_named_as_such():
    rule = rules.find("backprop")()
    network = rule.wire(SIZES)
    with pytest.raises(HomologError, match=r"HM025 type of target is 'torch.float64'.*astype"):
        rule.step(network, STIMULI, LABELS.astype(float))
    with pytest.raises(HomologError, match=r"HM042 target is \(2,\)"):
        rule.step(network, STIMULI, LABELS[:2])


def test_a_network_says_how_far_it_has_learned():
    rule = rules.find("backprop")()
    learned = rule.step(rule.wire(SIZES), STIMULI, LABELS)
    assert repr(learned) == "<LayeredNetwork 6-5-3, backprop: 1 replica, 1 step>"
