"""All that others may call with arguments, and why some of it has no case of bad input."""

import importlib
import inspect
import pkgutil

import hoam

NO_CASE = {
    "compiled: what it is called with has been checked by what calls it": """
        hoam.adaptive.choose_steps hoam.adaptive.follow_steps hoam.calculus.evaluate
        hoam.calculus.gradient hoam.calculus.jet hoam.calculus.laplacian hoam.calculus.lift
        hoam.calculus.outputs hoam.calculus.random_signs hoam.calculus.time_derivative
        hoam.devices.map_blocks hoam.devices.replicate hoam.devices.value_and_gradient
        hoam.inference.potential hoam.inference.velocities
        hoam.integrators.bogacki_shampine_step hoam.integrators.heun_step
        hoam.integrators.runge_kutta_step hoam.linear_part.LinearPart.pieces
        hoam.linear_part.coefficients_at hoam.methods.dice.with_neighbours
        hoam.methods.probing.draw_signs hoam.methods.probing.mean_over_samples
        hoam.methods.regression.spread_evenly hoam.methods.regression.squared_error
        hoam.minibatches.in_cells hoam.networks.Network.condition
        hoam.networks.Network.features hoam.networks.Network.layers hoam.networks.Network.shapes
        hoam.noise.noise hoam.noise.wrap hoam.sample.rollout
        hoam.samplers.AnnealedLangevin.draw hoam.samplers.FlowSampler.draw
        hoam.samplers.flow_condition hoam.samplers.noise_condition
        hoam.scaling.Scaling.extrapolations hoam.scaling.Scaling.times
        hoam.settings.Settings.architecture hoam.settings.Settings.method
        hoam.systems.loading.mixture_quantile hoam.systems.loading.uniform_points
        hoam.systems.splitting.paths hoam.systems.vlasov.collide hoam.systems.vlasov.verlet_step
        hoam.train.fingerprint hoam.types.seed_from_key hoam.validation.validator""",
    "the physics of a system: `simulate` and `population` check before they call it": """
        hoam.systems.base.System.evolve hoam.systems.base.System.initial
        hoam.systems.base.gaussian hoam.systems.base.subscripted
        hoam.systems.bistable.Bistable.drift hoam.systems.bistable.Bistable.energy
        hoam.systems.bistable.Bistable.initial hoam.systems.chaos_9d.Chaos9D.drift
        hoam.systems.chaos_9d.Chaos9D.initial hoam.systems.oscillator.Oscillator.deviation
        hoam.systems.oscillator.Oscillator.evolve hoam.systems.oscillator.Oscillator.initial
        hoam.systems.oscillator.Oscillator.integrand
        hoam.systems.oscillator.Oscillator.kinetic_energy
        hoam.systems.oscillator.Oscillator.law_nodes hoam.systems.oscillator.Oscillator.mean
        hoam.systems.oscillator.Oscillator.potential
        hoam.systems.stochastic.StochasticSystem.drift
        hoam.systems.stochastic.StochasticSystem.evolve
        hoam.systems.strong_landau.StrongLandau.initial hoam.systems.trap_100d.Trap100D.centre
        hoam.systems.trap_100d.Trap100D.drift hoam.systems.trap_100d.Trap100D.initial
        hoam.systems.vlasov.Beams hoam.systems.vlasov.Beams.initial
        hoam.systems.vlasov.VlasovPoisson.evolve""",
    "holds what the package puts there, or what is checked where it is used": """
        hoam.calculus.Jet hoam.check.Check hoam.linear_part.LinearPart
        hoam.methods.regression.Target hoam.minibatches.Minibatch hoam.model.Model
        hoam.networks.CoLoRA hoam.networks.FiLM hoam.networks.Hypernetwork hoam.networks.MLP
        hoam.networks.Network hoam.readers.Snapshots hoam.runs.Config hoam.runs.Config.run
        hoam.runs.Enriched hoam.runs.Enriched.run hoam.settings.Data hoam.settings.Settings
        hoam.survey.Survey hoam.systems.splitting.Schedule hoam.types.Method hoam.types.Node
        hoam.verdicts.Condition hoam.verdicts.Verdict""",
    "takes whatever it is given, or writes it as text": """
        hoam.arguments.is_number hoam.arguments.is_positive hoam.check.table
        hoam.descriptions.as_text hoam.descriptions.describe hoam.formats.no_numbers
        hoam.output.lost_samples hoam.output.moment_table hoam.results.dumps
        hoam.verdicts.difference""",
    "an error of the disk, of one run or of a command: the tests that are named after it": """
        hoam.check.main hoam.checkpoints.save_tree hoam.commands.main
        hoam.files.write_atomically hoam.inference.roll_out hoam.inference.steps
        hoam.output.log_file hoam.output.save_npz hoam.retrain.main""",
    "an error that its caller makes one of the file: hoam.model.load": """
        hoam.descriptions.restore""",
    "what the readers of files share: `Population.from_file` is given their broken files": """
        hoam.formats.check_size hoam.formats.guarded hoam.formats.parts""",
    "the build of the book, from figures that its tests look at": """
        hoam.legends.clear hoam.legends.hiding hoam.legends.to_top hoam.results.trainings
        hoam.slides.effective hoam.slides.lay_out hoam.slides.measure hoam.slides.save
        hoam.slides.source""",
}


def _takes_arguments(thing):
    """Return whether a function or class is called with more than the object it belongs to."""
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return False
    return set(inspect.signature(thing).parameters) - {"self", "cls", "parent", "name"} != set()


def callables():
    """Yield name and docstring of the functions, methods and classes that take arguments."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(hoam.__path__, "hoam.")
        if not found.name.startswith("hoam.matrix")
    ]
    for module in modules:
        for name, thing in inspect.getmembers(module):
            if getattr(thing, "__module__", "") != module.__name__ or name.startswith("_"):
                continue
            members = vars(thing) if inspect.isclass(thing) else {}
            entries = {name: thing} | {
                f"{name}.{n}": getattr(member, "__func__", member)
                for n, member in members.items()
                if not n.startswith("_")
            }
            protocol = getattr(thing, "_is_protocol", False)
            for path, entry in entries.items():
                made = inspect.isclass(entry) or inspect.isfunction(entry)
                own = getattr(entry, "__qualname__", "") == path
                if made and own and not protocol and _takes_arguments(entry):
                    yield f"{module.__name__}.{path}", entry.__doc__ or ""
