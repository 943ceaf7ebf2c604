"""Settings of a training: what is refused, and that the documentation shows the defaults."""

import inspect
import textwrap
import tomllib

import pytest

from hoam import settings

BAD_SETTINGS = {
    "no TOML": ("[data", "Expected TOML"),
    "an unknown table": ("[model]\nwidth = 3", "got ['model']"),
    "an unknown entry": ("[network]\nwidht = 3", "got ['widht']"),
    "text for a number": ('[training]\nsteps = "many"', "a whole number for training.steps"),
    "a fraction of a step": ("[training]\nsteps = 2.5", "a whole number for training.steps"),
    "a truth value": ("[training]\nepsilon = true", "a number for training.epsilon"),
    "a number for a list": ("[data]\nperiods = 3.0", "a list of numbers for data.periods"),
    "text in a list": ('[data]\nperiods = ["a"]', "a number for data.periods"),
    "an unknown method": ('[training]\nmethod = "magic"', "one of ['dice',"),
    "an unknown network": ('[network]\nkind = "deep"', "one of ['colora',"),
    "no table": ("data = 3", "Expected a table [data]"),
    "no steps": ("[training]\nsteps = 0", "training.steps between 1 and"),
    "no batch": ("[training]\nbatch = 0", "training.batch between 1 and"),
    "no checkpoints": ("[training]\ncheckpoint_every = 0", "training.checkpoint_every"),
    "a step back": ("[training]\nlearning_rate = -1", "training.learning_rate between 1e-30 and"),
    "no learning": ("[training]\nlearning_rate = 0.0", "training.learning_rate"),
    "NaN": ("[training]\nepsilon = nan", "training.epsilon between 0 and 1e+30; got nan"),
    "a rate of 400 digits": (f"[training]\nlearning_rate = 1{'0' * 400}", "got inf"),
    "a seed of JAX's": ("[training]\nseed = 10000000000", "training.seed"),
    "no width": ("[network]\nwidth = 0", "network.width between 1 and"),
    "no depth": ("[network]\ndepth = -1", "network.depth between 1 and"),
    "a negative frequency": ("[network]\nfrequencies = [1, -1]", "network.frequencies"),
    "a negative period": ("[data]\nperiods = [-1.0]", "data.periods between 0 and"),
    "fewer than no samples": ("[data]\nn_samples = -1", "data.n_samples between 0 and"),
    "a nested list": (f"a = {'[' * 10**5}", "Expected TOML"),
    "nested tables": (f"[data]\nseed{'.a' * 3000} = 1", "a whole number for data.seed"),
    "an endless number": (f"[data]\nseed = 1{'0' * 5000}", "Expected TOML"),
    "an endless hexadecimal number": (f"[data]\nseed = 0x1{'0' * 9000}", "Expected TOML"),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_bad_settings_are_refused_with_what_was_expected(tmp_path, case):
    text, says = BAD_SETTINGS[case]
    (tmp_path / "fit.toml").write_text(text)
    with pytest.raises(ValueError, match="Expected") as error:
        settings.load_settings(tmp_path / "fit.toml")
    assert says in str(error.value)


def test_the_settings_shown_in_the_documentation_are_the_defaults_apart_from_examples(tmp_path):
    shown = textwrap.dedent(inspect.cleandoc(settings.__doc__).split("::\n\n", 1)[1])
    shown = textwrap.dedent(shown.rpartition("\n\n")[0])
    assert set(tomllib.loads(shown)) == {"data", "network", "training"}
    (tmp_path / "fit.toml").write_text(shown)
    read = settings.load_settings(tmp_path / "fit.toml")
    assert read.training == settings.Training()
    assert read.network == settings.Network(frequencies=(1.0, 2.0, 4.0))
