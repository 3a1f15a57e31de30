"""Records what diffusers' schedulers make of a few numbers, for tests/reconstruct/recorded/noise.json.

    pip install diffusers==0.42.0 torch==2.13.0 numpy
    python3 bench/peers/noise.py > tests/reconstruct/recorded/noise.json && deno fmt tests/reconstruct/recorded

Each case has the scheduler's configuration as its file would have it, the timesteps of a chain, the standard deviation
of its first sample, and its last sample. In the network's place stands 0.3 x cos(t / 500) + 0.1 sin(t / 90); the noise
is sin(5 j + 1) for value j, the clean sample (strengths, inverse) cos(3 j). Refusals of diffusers are not recorded.
"""
import itertools
import json
import math
import sys
import warnings

import diffusers
import numpy as np
import torch
from diffusers import (
    DDIMInverseScheduler, DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, PNDMScheduler,
)

warnings.simplefilter("ignore")
diffusers.logging.set_verbosity_error()
COUNT = 4
NOISE = torch.tensor([math.sin(5 * j + 1) for j in range(COUNT)], dtype=torch.float32).reshape(1, 1, 1, COUNT)
CLEAN = torch.tensor([math.cos(3 * j) for j in range(COUNT)], dtype=torch.float32).reshape(1, 1, 1, COUNT)
STABLE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
cases = []


def model(x, t):
    t = float(t)
    return 0.3 * x * math.cos(t / 500) + 0.1 * math.sin(t / 90)


def floats(values):
    """Nine digits, which tell a float32; whole ones without a point."""
    return [int(value) if float(value).is_integer() else float(f"{float(value):.9g}") for value in values]


def record(kind, steps, strength=None, of=None, **options):
    """One chain; `of`: the class whose configuration is given to `from_config`."""
    scheduler = kind(**options) if of is None else kind.from_config(of(**options).config)
    scheduler.set_timesteps(steps)
    # without strength nothing is cut off, but a begin is set, lest a first timestep that stands twice be passed over
    start = 0 if strength is None else max(steps - min(int(steps * strength), steps), 0)
    timesteps = scheduler.timesteps[start:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(start)
    if isinstance(scheduler, DDIMInverseScheduler):
        sample = CLEAN
    elif strength is None:
        sample = NOISE * scheduler.init_noise_sigma
    else:
        sample = scheduler.add_noise(CLEAN, NOISE, timesteps[:1])
    for t in timesteps:
        x = scheduler.scale_model_input(sample, t)
        sample = scheduler.step(model(x, t), t, sample, return_dict=False)[0]
    if not bool(torch.isfinite(sample).all()):
        raise SystemExit(f"{kind.__name__} {steps} {strength} {options}: {sample}")
    case = {"class": kind.__name__}
    if of is not None:
        case["from"] = of.__name__
    case["options"] = options
    case["steps"] = steps
    if strength is not None:
        case["strength"] = strength
    case["timesteps"] = floats(timesteps)
    case["initialSigma"] = floats([scheduler.init_noise_sigma])[0]
    case["sample"] = floats(sample.flatten())
    cases.append(case)


SPACINGS = ("leading", "trailing", "linspace")
TYPES = ("epsilon", "v_prediction", "sample")

# every class as it comes, then its own options one by one
for kind in (DDIMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler, DDIMInverseScheduler):
    record(kind, 7)
    for schedule in ("linear", "scaled_linear", "squaredcos_cap_v2"):
        record(kind, 6, beta_schedule=schedule, prediction_type="v_prediction")
    record(kind, 5, trained_betas=np.linspace(0.01, 0.05, 50).tolist(), num_train_timesteps=50)
    for spacing, offset, prediction in itertools.product(SPACINGS, (0, 1), TYPES):
        if kind is DDIMInverseScheduler and (spacing == "linspace" or prediction == "sample"):
            continue
        record(kind, 9, **STABLE, timestep_spacing=spacing, steps_offset=offset, prediction_type=prediction)
record(DDIMInverseScheduler, 9, **STABLE, prediction_type="sample", set_alpha_to_one=False)

for steps in (1, 2, 3, 4, 9, 20):
    for kind in (DDIMScheduler, PNDMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler):
        skip = {"skip_prk_steps": True} if kind is PNDMScheduler else {}
        record(kind, steps, **STABLE, steps_offset=1, timestep_spacing="leading", **skip)

for kind in (DDIMScheduler, DDIMInverseScheduler):
    for clip, last in itertools.product((True, False), (True, False)):
        record(kind, 8, **STABLE, clip_sample=clip, set_alpha_to_one=last, clip_sample_range=0.6)
    record(kind, 8, **STABLE, rescale_betas_zero_snr=True, prediction_type="v_prediction", clip_sample=False)
record(
    DDIMScheduler, 8, **STABLE, rescale_betas_zero_snr=True, prediction_type="v_prediction", clip_sample=False,
    timestep_spacing="trailing",
)

for spacing, prediction, last in itertools.product(SPACINGS, TYPES[:2], (True, False)):
    record(
        PNDMScheduler, 8, **STABLE, timestep_spacing=spacing, prediction_type=prediction, set_alpha_to_one=last,
        skip_prk_steps=True,
    )
for steps, prediction in itertools.product((4, 5, 9), TYPES[:2]):
    record(PNDMScheduler, steps, **STABLE, prediction_type=prediction)
record(PNDMScheduler, 12, beta_schedule="squaredcos_cap_v2", timestep_spacing="trailing")

for karras, final, spacing in itertools.product((False, True), ("zero", "sigma_min"), SPACINGS):
    record(
        EulerDiscreteScheduler, 8, **STABLE, use_karras_sigmas=karras, final_sigmas_type=final,
        timestep_spacing=spacing,
    )
record(EulerDiscreteScheduler, 8, **STABLE, use_karras_sigmas=True, sigma_min=0.05, sigma_max=20.0)
record(
    EulerDiscreteScheduler, 8, **STABLE, rescale_betas_zero_snr=True, prediction_type="v_prediction",
    timestep_spacing="trailing",
)

for order, solver, steps in itertools.product((1, 2, 3), ("midpoint", "heun"), (2, 8, 14, 15)):
    record(DPMSolverMultistepScheduler, steps, **STABLE, solver_order=order, solver_type=solver)
for order, lower, euler, final, steps in itertools.product(
    (2, 3), (True, False), (True, False), ("zero", "sigma_min"), (8, 15)
):
    record(
        DPMSolverMultistepScheduler, steps, **STABLE, solver_order=order, lower_order_final=lower,
        euler_at_final=euler, final_sigmas_type=final,
    )
for schedule, steps in itertools.product(("linear", "scaled_linear", "squaredcos_cap_v2"), (5, 20)):
    record(DPMSolverMultistepScheduler, steps, beta_schedule=schedule, use_karras_sigmas=True)
record(DPMSolverMultistepScheduler, 8, **STABLE, use_karras_sigmas=True, final_sigmas_type="sigma_min")
for spacing in SPACINGS:
    record(
        DPMSolverMultistepScheduler, 8, beta_schedule="squaredcos_cap_v2", lambda_min_clipped=-5.1,
        timestep_spacing=spacing,
    )
record(
    DPMSolverMultistepScheduler, 8, **STABLE, rescale_betas_zero_snr=True, prediction_type="v_prediction",
    timestep_spacing="trailing",
)

# from an image: the last steps of a chain
for strength, kind in itertools.product(
    (0.05, 0.3, 0.55, 0.9, 1.0), (DDIMScheduler, PNDMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler)
):
    skip = {"skip_prk_steps": True} if kind is PNDMScheduler else {"prediction_type": "v_prediction"}
    record(kind, 20, strength, **STABLE, steps_offset=1, **skip)

# the same noise under another sampler, with the defaults of the other class
for of, kind in itertools.product(
    (PNDMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler),
    (DDIMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler, DDIMInverseScheduler),
):
    record(kind, 6, of=of, **STABLE, steps_offset=1)

lines = ",\n".join(json.dumps(case) for case in cases)
versions = {"diffusers": diffusers.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}
sys.stdout.write(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')
