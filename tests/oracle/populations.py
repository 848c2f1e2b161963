"""Populations on which measures and their peers must agree: each is a known difficulty."""

import numpy as np

Responses = np.ndarray


def shared(
    rng: np.random.Generator, n_stimuli: int, n_x: int, n_y: int, latents: int = 5
) -> tuple[Responses, Responses]:
    """Two noisy mixtures of the same Gaussian latents, off centre, on different scales."""
    latent = rng.normal(size=(n_stimuli, latents)) * np.linspace(1, 0.3, latents)
    x, y = (
        latent @ rng.normal(size=(latents, n)) + 0.5 * rng.normal(size=(n_stimuli, n))
        for n in (n_x, n_y)
    )
    return x + rng.normal(size=n_x), 3 * y + rng.normal(size=n_y)


def low_rank(rng: np.random.Generator) -> tuple[Responses, Responses]:
    """A reference of rank 4 and a candidate with duplicated neurons."""
    x, y = shared(rng, 50, 10, 8)
    return x[:, :4] @ rng.normal(size=(4, 10)), np.concatenate([y, y[:, :3]], axis=1)


def counts(rng: np.random.Generator) -> tuple[Responses, Responses]:
    """Spike counts: many stimuli are exactly equally dissimilar."""
    x = rng.poisson(2.0, size=(30, 6)).astype(float)
    return x, x[:, :4] + rng.poisson(1.0, size=(30, 4))


def rotated(rng: np.random.Generator) -> tuple[Responses, Responses]:
    """The same population, rotated, scaled and shifted."""
    x, _ = shared(rng, 40, 8, 8)
    rotation, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    return x, 2.5 * x @ rotation + 7


POPULATIONS: dict[str, tuple[Responses, Responses]] = {
    "equal 45x9, 45x9": shared(np.random.default_rng(1), 45, 9, 9),
    "more candidates 60x7, 60x15": shared(np.random.default_rng(2), 60, 7, 15),
    "more references 60x14, 60x6": shared(np.random.default_rng(3), 60, 14, 6),
    "wide 20x32, 20x13": shared(np.random.default_rng(4), 20, 32, 13),
    "wide 18x21, 18x26": shared(np.random.default_rng(5), 18, 21, 26),
    "low rank 50x10, 50x11": low_rank(np.random.default_rng(6)),
    "counts 30x6, 30x4": counts(np.random.default_rng(7)),
    "rotated 40x8, 40x8": rotated(np.random.default_rng(8)),
    "unrelated 80x6, 80x9": (
        np.random.default_rng(9).normal(size=(80, 6)),
        np.random.default_rng(10).normal(size=(80, 9)),
    ),
}
