"""Flow matching by torchcfm, in a Python of its own: `python train_torchcfm.py IN.npz OUT.npz`.

It answers with what torchcfm makes of given pairs, and with samples of networks that it has
trained. The networks are those of `hoam.networks.MLP`, given by their initial weights, one per
seed. All seeds are trained together, as one batch of matrices; nothing couples them.
"""

import sys

import numpy as np
import torch
from torchcfm.conditional_flow_matching import ConditionalFlowMatcher

MATCHER = ConditionalFlowMatcher(sigma=0.0)


def paths(z, x, tau):
    """Return the points and velocities that torchcfm gives on paths from z to x [..., D]."""
    _, point, velocity = MATCHER.sample_location_and_conditional_flow(
        z.reshape(-1, z.shape[-1]), x.reshape(-1, x.shape[-1]), tau.reshape(-1)
    )
    return point.view_as(x), velocity.view_as(x)


def network(layers, y, t, tau):
    """Return velocities [S, B, D] of one network per seed, at states, times, and times of flow."""
    h = torch.stack([*y.unbind(-1), 2 * t - 1, torch.zeros_like(t), 2 * tau - 1], dim=-1)
    for kernel, bias in layers[:-1]:
        h = torch.nn.functional.silu(torch.baddbmm(bias[:, None], h, kernel))
    kernel, bias = layers[-1]
    return torch.baddbmm(bias[:, None], h, kernel)


def squared_errors(layers, z, x, t, tau):
    """Return the loss [S, B] of each pair."""
    point, velocity = paths(z, x, tau)
    return ((network(layers, point, t, tau) - velocity) ** 2).sum(dim=-1)


def train(layers, data, times, share, *, spread, steps, batch, learning_rate):
    """Minimise the mean loss by Adam with a cosine schedule; times are drawn by their share."""
    seeds = len(layers[0][0])
    parameters = [array.requires_grad_() for layer in layers for array in layer]
    optimiser = torch.optim.Adam(parameters, lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        j = torch.multinomial(share.expand(seeds, -1), batch, replacement=True)
        x = data[j, torch.randint(data.shape[1], (seeds, batch))]
        z = 0.5 + spread * torch.randn_like(x)
        loss = squared_errors(layers, z, x, times[j], torch.rand(seeds, batch))
        optimiser.zero_grad()
        loss.mean(dim=1).sum().backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def draw(layers, times, *, spread, count, steps):
    """Return samples [S, T, N, D] by equal steps of the classical Runge-Kutta method."""
    seeds, dimension = layers[-1][1].shape
    h, samples = 1 / steps, []
    for t in times:

        def velocity(tau, y, t=t):
            return network(layers, y, t.expand(y.shape[:2]), torch.full(y.shape[:2], tau))

        y = 0.5 + spread * torch.randn(seeds, count, dimension)
        for i in range(steps):
            k1 = velocity(i * h, y)
            k2 = velocity((i + 0.5) * h, y + h / 2 * k1)
            k3 = velocity((i + 0.5) * h, y + h / 2 * k2)
            k4 = velocity((i + 1) * h, y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        samples.append(y)
    return torch.stack(samples, dim=1)


def main(source, target):
    """Read the arrays of one file, and write the answers to another."""
    torch.set_num_threads(1)  # as fast for networks of this size, and the same on any machine
    torch.manual_seed(0)
    with np.load(source) as archive:
        given = {name: torch.as_tensor(archive[name]) for name in archive.files}
    depth = sum(name.startswith("kernel") for name in given)
    layers = [(given[f"kernel{i}"], given[f"bias{i}"]) for i in range(depth)]
    point, velocity = paths(given["z"], given["x"], given["tau"])
    first = [(kernel[:1].double(), bias[:1].double()) for kernel, bias in layers]
    loss = squared_errors(first, *(given[name][None] for name in ("z", "x", "t", "tau")))
    options = {name: given[name].item() for name in ("spread", "steps", "batch", "learning_rate")}
    train(layers, given["data"], given["times"], given["share"], **options)
    samples = draw(
        layers,
        given["output_times"],
        spread=options["spread"],
        count=given["count"].item(),
        steps=given["solver_steps"].item(),
    )
    answers = {"point": point, "velocity": velocity, "loss": loss[0], "samples": samples}
    np.savez(target, **{name: value.numpy() for name, value in answers.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
