"""Two small networks learn to read digits: compare what happens inside them.

Both are trained on scikit-learn's digits, from different seeds and with different numbers of hidden
neurons. Their hidden layers are then "recorded" the way a brain is, as noisy spike counts over
repeated presentations of images they have never seen, and compared with `homolog compare`.
"""

import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import homolog

FOLDER = Path("demo")
N_IMAGES = 100
N_TRIALS = 20
MEAN_COUNT = 3.0  # spikes per neuron and presentation


def train(n_hidden: int, seed: int, images: np.ndarray, digits: np.ndarray) -> MLPClassifier:
    """A 64-`n_hidden`-10 network that has learned to name the digits."""
    network = MLPClassifier((n_hidden,), random_state=seed, max_iter=1000)
    return network.fit(images, digits)


def rates(network: MLPClassifier, images: np.ndarray) -> np.ndarray:
    """Expected spike counts of the hidden neurons that respond to any image."""
    active = np.maximum(images @ network.coefs_[0] + network.intercepts_[0], 0.0)
    active = active[:, active.max(axis=0) > 0]
    return active * MEAN_COUNT / active.mean()


def record(name: str, expected: np.ndarray, labels: list[str], seed: int) -> homolog.Representation:
    """Poisson spike counts over repeated presentations: (trial, stimulus, neuron)."""
    counts = np.random.default_rng(seed).poisson(expected, (N_TRIALS, *expected.shape))
    return homolog.Representation(
        counts,
        dims=("trial", "stimulus", "neuron"),
        stimuli=labels,
        unit="spikes",
        name=name,
    )


def main() -> None:
    """Train, record, save, compare."""
    images, digits = load_digits(return_X_y=True)
    seen, unseen, named, unnamed = train_test_split(
        images / 16.0, digits, test_size=N_IMAGES, stratify=digits, random_state=0
    )
    by_digit = np.argsort(unnamed, kind="stable")
    unseen, unnamed = unseen[by_digit], unnamed[by_digit]
    labels = [f"{digit}, image {i}" for i, digit in enumerate(unnamed)]
    FOLDER.mkdir(exist_ok=True)
    files = []
    for name, n_hidden, seed in (("a", 48, 1), ("b", 64, 2)):
        network = train(n_hidden, seed, seen, named)
        correct = network.score(unseen, unnamed)
        print(
            f"network {name}: 64-{n_hidden}-10, {correct:.0%} of {N_IMAGES} new images named right"
        )
        files.append(FOLDER / f"{name}.npz")
        population = record(f"network {name}", rates(network, unseen), labels, seed)
        homolog.save(population, files[-1])

    command = ["homolog", "compare", *map(str, files), "-o", str(FOLDER)]
    print(f"\n$ {shlex.join(command)}")
    subprocess.run([str(Path(sys.executable).with_name("homolog")), *command[1:]], check=True)
    print(f"\nOpen {FOLDER / 'report.html'} in a browser.")


if __name__ == "__main__":
    main()
