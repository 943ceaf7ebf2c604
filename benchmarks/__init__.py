"""Side-by-side timings: a training step, a rollout, the full model, and the start of a program.

The memory of a long training is measured as well.

    python -m benchmarks              # all of them, with one and with two devices
    python -m benchmarks.training     # one of them, in this process

Each writes `results/benchmarks/<name>.json`, which names the machine.
"""
