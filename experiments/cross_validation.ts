/**
 * Does a detector learn its generator or generated images? LaRE² and DIRE are trained on each generator of GenImage and
 * tested on all eight, as in LaRE²'s figure 4; DRCT's two detectors on one generator of DRCT-2M and of GenImage, tested on
 * both data sets, as DRCT (Chen et al., ICML 2024) reports within and across them. `crossTable` makes the tables of the
 * records.
 */
import { crossData, crossGenerators, drct2M, type Experiment, genImage } from "../mod.ts";
import { drct, drctClip } from "./drct.ts";
import { dire, lare } from "./lare.ts";

/** Eight by eight for each method. */
export const generators: readonly Experiment[] = [lare(), dire()].flatMap((method) =>
  crossGenerators(method, genImage({ generators: "all", captions: "class" }))
);

/** Trained on Stable Diffusion 1.4 of one data set, tested on the sixteen sets of DRCT-2M and the eight of GenImage. */
export const dataSets: readonly Experiment[] = [drct(), drctClip()].flatMap((method) =>
  crossData(method, {
    "DRCT-2M": { train: [drct2M({ generators: ["stable-diffusion-v1-4"] })], test: [drct2M({ generators: "all" })] },
    "GenImage": { train: [genImage({ generators: ["sd14"] })], test: [genImage({ generators: "all" })] },
  })
);

export default [...generators, ...dataSets];
