"""The same iteration as it is usually written: by hand in NumPy, and by autograd in PyTorch.

Both learn context-dependent integration with the reference settings, one network at a time, and
make trials of their own in one draw.
"""

import numpy as np
import torch

from homolog.tasks.context_integration import ContextIntegration

TASK = ContextIntegration()
SUBSTEPS, DT, RATE, CLIP = 10, 0.1, 5e-3, 10.0


def trials(rng: np.random.Generator, dtype: str = "float32") -> tuple[np.ndarray, np.ndarray]:
    """(time, trial, input) and (time, trial, output) of every condition once."""
    context, *streams = np.unravel_index(np.arange(8), (2, 2, 2))
    inputs = TASK.noise * rng.standard_normal((TASK.n_steps, 8, 6))
    for first, option in zip((0, 2, 4), (context, *streams), strict=True):
        inputs[:, np.arange(8), first + option] += 1
    relevant = 2 + 2 * context[:, None] + np.arange(2)
    targets = np.cumsum(np.take_along_axis(inputs, relevant[None], axis=2), axis=0)
    return inputs.astype(dtype), targets.astype(dtype)


def gradient_by_numpy(weights, inputs, targets):
    """Root mean squared error, and its slope with J, input and output weights and bias."""
    recurrent, into, out, bias = weights
    dt = recurrent.dtype.type(DT)
    n_steps, n_trials, n_neurons = len(inputs) * SUBSTEPS, inputs.shape[1], len(bias)
    rates = np.empty((n_steps, n_trials, n_neurons), recurrent.dtype)
    x, states = np.zeros_like(rates[0]), np.empty((len(inputs), *rates[0].shape), rates.dtype)
    forward = np.ascontiguousarray(recurrent.T)
    drive, onward = inputs @ into.T + bias, np.empty_like(x)
    for s in range(n_steps):
        np.maximum(x, 0, out=rates[s])
        np.dot(rates[s], forward, out=onward)
        onward += drive[s // SUBSTEPS]
        onward -= x
        onward *= dt
        x += onward
        if (s + 1) % SUBSTEPS == 0:
            states[s // SUBSTEPS] = x
    missed = states @ out.T - targets
    error = np.sqrt(np.mean(missed**2))
    slope = missed / (missed.size * error)
    onto_states, back = slope @ out, np.zeros_like(x)
    steps, drives = np.empty_like(rates), np.zeros_like(drive)
    for s in range(n_steps - 1, -1, -1):
        if (s + 1) % SUBSTEPS == 0:
            back += onto_states[s // SUBSTEPS]
        np.multiply(back, dt, out=steps[s])
        np.dot(steps[s], recurrent, out=onward)
        onward *= rates[s] > 0
        back -= steps[s]
        back += onward
        drives[s // SUBSTEPS] += steps[s]
    flat = (-1, n_neurons)
    onto_recurrent = steps.reshape(flat).T @ rates.reshape(flat)
    onto_inputs = drives.reshape(flat).T @ inputs.reshape(-1, inputs.shape[2])
    onto_outputs = slope.reshape(-1, slope.shape[2]).T @ states.reshape(flat)
    return error, (onto_recurrent, onto_inputs, onto_outputs, drives.sum((0, 1)))


def iteration_by_numpy(weights, rng, penalty: float) -> None:
    """Learn once, in place."""
    _, gradient = gradient_by_numpy(weights, *trials(rng))
    gradient[0][:] += 2 * penalty * weights[0]
    norm = np.sqrt(sum(np.sum(np.square(part, dtype=float)) for part in gradient))
    scale = np.float32(RATE * min(1, CLIP / norm))
    for part, slope in zip(weights, gradient, strict=True):
        part -= scale * slope


def iteration_by_autograd(parts, rng, penalty: float) -> None:
    """Learn once, in place, the equations written down and the rest left to PyTorch."""
    recurrent, into, out, bias = parts
    inputs, targets = map(torch.from_numpy, trials(rng))
    x, answers = torch.zeros(inputs.shape[1], len(bias)), []
    for u in inputs:
        drive = u @ into.T + bias
        for _ in range(SUBSTEPS):
            x = x + DT * (torch.relu(x) @ recurrent.T + drive - x)
        answers.append(x @ out.T)
    error = (torch.stack(answers) - targets).square().mean().sqrt()
    (error + penalty * recurrent.square().sum()).backward()
    torch.nn.utils.clip_grad_norm_(parts, CLIP)
    with torch.no_grad():
        for part in parts:
            part -= RATE * part.grad
            part.grad = None
