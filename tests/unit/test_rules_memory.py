"""Learning takes no more memory the longer it goes on."""

import gc

import pytest

pytest.importorskip("torch")

import psutil
import torch

from homolog import rules

SIZES = (64, 100, 10)


def taught(rule, network, n_steps):
    stimuli = torch.rand(1, 20, SIZES[0], generator=torch.Generator().manual_seed(0))
    target = torch.eye(SIZES[-1])[torch.arange(20) % SIZES[-1]][None]
    for _ in range(n_steps):
        network = rule.learn(network, stimuli, target)
    return network


@pytest.fixture
def newcomers_only():
    """Objects of other tests, of which there are millions, are neither counted nor searched."""
    gc.freeze()
    yield
    gc.unfreeze()


def tensors():
    gc.collect()
    return sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects())


@pytest.mark.usefixtures("newcomers_only")
@pytest.mark.parametrize("name", rules.names())
def test_no_tensor_outlives_its_step(name):
    rule = rules.find(name)()
    network = taught(rule, rule.wire(SIZES), 2)
    before = tensors()
    network = taught(rule, network, 10)
    assert tensors() == before
    assert network.steps == 12


@pytest.mark.parametrize("name", rules.names())
def test_the_process_does_not_grow_while_networks_learn(name):
    rule = rules.find(name)()
    network = taught(rule, rule.wire(SIZES), 20)
    before = psutil.Process().memory_info().rss
    taught(rule, network, 200)
    weights = sum(each.nbytes for each in network.forward)
    assert psutil.Process().memory_info().rss - before < 200 * weights / 5
