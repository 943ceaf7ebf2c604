"""Long runs: memory stays flat, nothing is compiled twice, and what stalls is stopped."""

import gc

import jax
import numpy as np
import psutil
import pytest
import translation
from execute import execute
from jax._src import monitoring

from benchmarks import memory

STALLED = """# %% tags=["parameters"]
profile = "book"

# %%
import time

time.sleep(600)
"""


def test_memory_is_flat_over_the_steps_of_a_training():
    found = memory.training(steps=2000, every=100)
    # The loss curve is kept, 32 bytes a step. A leak of one array of parameters is 4000.
    assert found["bytes_per_step"] < 500
    assert len(found["megabytes"]) == 20


def test_a_thousand_calls_of_sample_with_steps_of_all_sizes_compile_nothing_and_leave_no_memory():
    model = translation.untrained()
    x0, times = np.ones((16, 2), np.float32), np.asarray([0.0, 2.0])

    def call(i):
        mu, step = 0.5 + i / 1000, 1 / (1 + i % 7)
        path = model.sample(jax.random.key(i), x0 + 1e-3 * i, times=times, mu=mu, max_step=step)
        return np.asarray(path)

    for i in range(50):
        call(i)
    compiled = []

    def note(event, duration, **kwargs):
        compiled.append(event) if "backend_compile" in event else None

    monitoring.register_event_duration_secs_listener(note)
    gc.collect()
    process, arrays = psutil.Process(), len(jax.live_arrays())
    before = process.memory_info().rss
    try:
        for i in range(1000):
            call(i)
    finally:
        monitoring.unregister_event_duration_listener(note)
    gc.collect()
    assert compiled == []
    assert len(jax.live_arrays()) <= arrays
    assert process.memory_info().rss - before < 8e6


# The kernel is another process; the event loop of its client leaves sockets to the collector.
@pytest.mark.filterwarnings("ignore")
def test_a_stalled_notebook_is_stopped_and_leaves_no_page(tmp_path):
    source = tmp_path / "stalled.py"
    source.write_text(STALLED)
    target = tmp_path / "pages" / "stalled.ipynb"
    with pytest.raises(
        TimeoutError, match=r"stalled\.py within 2 s; got one that takes longer. Use"
    ):
        execute(source, target, profile="quick", limit=2)
    assert not target.exists()
