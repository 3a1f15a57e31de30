import * as aligned from "../../experiments/aligned.ts";
import * as drct from "../../experiments/drct.ts";
import * as dualLoss from "../../experiments/dual_loss.ts";
import * as lare from "../../experiments/lare.ts";
import * as robustClip from "../../experiments/robust_clip.ts";
import { type Claim, systems } from "../../experiments/systems.ts";
import { derive, diff, type Experiment, experiment, fingerprint } from "../../mod.ts";
import { assert, assertEquals } from "../assert.ts";

const files = { "dual-loss": dualLoss, drct, "robust-clip": robustClip, lare, aligned } as const;

/** Fields that are set otherwise on the pocket world for one variant: a frozen tower is fed what never changes, DIRE is another system. */
const apart: Readonly<Record<string, readonly string[]>> = { "drct-clip": ["view", "augment"], "dire": ["optimizer"] };

/** The variant of an ablation by its name. */
function variant(of: readonly Experiment[], name: string): Experiment {
  const found = of.find((made) => made.name === name);
  assert(found !== undefined, name);
  return found;
}

/** Where two definitions differ. */
function paths(one: Experiment, other: Experiment): string[] {
  return diff([one, other]).map(({ path }) => path);
}

for (const [name, { ablations, pocketAblations, onPocket }] of Object.entries(files)) {
  Deno.test(`the ablations of ${name} are definitions that JSON carries, each once under a name of its own`, () => {
    for (const all of [ablations, pocketAblations]) {
      for (const made of all) {
        const back = experiment(JSON.parse(JSON.stringify(made)));
        assertEquals(back, made);
        assertEquals(fingerprint(back), fingerprint(made));
      }
      assertEquals(new Set(all.map(({ name }) => name)).size, all.length);
      assertEquals(new Set(all.map(fingerprint)).size, all.length);
    }
  });

  Deno.test(`${name} asks on the pocket world what it asks at full size`, () => {
    assertEquals(pocketAblations, ablations.map(onPocket));
    const [base, small] = [ablations, pocketAblations].map((all) =>
      variant(all, systems[name as keyof typeof systems].recipe().name)
    );
    for (const [i, made] of ablations.entries()) {
      const here = pocketAblations[i];
      assertEquals([here.name, here.seed, here.tags], [made.name, 1, made.tags]);
      assertEquals(terms(here), terms(made), made.name);
      // what a variant changes it changes here too, and nothing else beside it
      const moved = (of: readonly Experiment[], from: Experiment) =>
        diff([from, of[i]]).map(({ path }) => path.split(".")[0]);
      const own = new Set(moved(ablations, base));
      for (const field of moved(pocketAblations, small)) {
        assert(own.has(field) || apart[made.name]?.includes(field), `${made.name}: ${field}`);
      }
    }
    for (const { data } of pocketAblations) {
      assertEquals(data.train.map((layout) => "generators" in layout && layout.generators), [["latent-nearest"]]);
      assertEquals(data.test.map((layout) => "generators" in layout && layout.generators), ["all"]);
    }
  });
}

/** Kind and weight of every loss term. */
function terms({ loss }: Experiment): Record<string, [string, number]> {
  return Object.fromEntries(Object.entries(loss).map(([name, { kind, weight }]) => [name, [kind, weight]]));
}

Deno.test("every variant differs from its recipe in what its name says alone", () => {
  const differ: [of: readonly Experiment[], from: string, Record<string, string[]>][] = [
    [dualLoss.ablations, "dual", {
      "contrastive-only": ["loss.reconstruction"],
      "dual, orientation stated, λ 0.2, γ 0.5": ["loss.reconstruction.weight"],
      "dual, orientation stated, λ 0.05, γ 1": ["loss.reconstruction.margin"],
      "dual, orientation printed, λ 0.05, γ 0.5": ["loss.reconstruction.orientation"],
    }],
    [drct.ablations, "drct", {
      "drct-plain": [
        "reconstruct",
        "loss.classification.weight",
        "loss.contrastive",
        "batch.size",
        "batch.synced",
      ],
      "drct-reconstructions": ["loss.classification.weight", "loss.contrastive"],
      "drct-real-reconstructions": ["reconstruct.of", "batch.size"],
      "drct-clip": ["model.backbone", "trainable", "batch.size"],
      "drct, α 0.5": ["loss.classification.weight", "loss.contrastive.weight"],
      "drct, positive 0.2": ["loss.contrastive.positive"],
      "drct, negative 1.5": ["loss.contrastive.negative"],
      "drct, model sdxl": ["reconstruct.model"],
    }],
    [robustClip.ablations, "robust-clip", {
      "robust-clip-erm": ["loss.cvar", "loss.auc", "loss.classification"],
      "robust-clip-cvar": ["loss.cvar.weight", "loss.auc"],
      "robust-clip-auc": ["loss.cvar", "loss.auc.weight"],
      "robust-clip-both-without-sam": ["optimizer"],
      "robust-clip, γ 0.1": ["loss.cvar.weight", "loss.auc.weight"],
      "robust-clip, fakes 1": ["batch.fakes"],
    }],
    [lare.ablations, "lare", {
      "lare-no-map": ["model.refine"],
      "lare-map-only": ["model.refine.parts"],
      "lare-spatial": ["model.refine.parts"],
      "lare-channel": ["model.refine.parts"],
      "lare, step 280": ["model.refine.map.step"],
      "lare, ensemble 8": ["model.refine.map.ensemble"],
      'lare, prompt ""': ["model.refine.map.prompt"],
    }],
    [aligned.ablations, "aligned", {
      "aligned-unpaired": ["reconstruct", "batch.synced", "batch.fakes"],
      "aligned-unsynced": ["batch.synced"],
      "aligned-without-colour": ["augment"],
      "aligned-without-augmentation": ["augment"],
      "aligned-stay-positive": ["trainable"],
      "aligned-threshold-balanced": ["evaluate.threshold.goal"],
      "aligned-threshold-of-all": ["evaluate.threshold.images"],
      "aligned-threshold-of-each-class": ["evaluate.threshold.by"],
    }],
  ];
  for (const [of, from, told] of differ) {
    for (const [name, expected] of Object.entries(told)) {
      assertEquals(paths(variant(of, from), variant(of, name)).sort(), [...expected].sort(), name);
    }
  }
});

Deno.test("named variants beside the ablations differ in what they tell", () => {
  assertEquals(paths(drct.drct(), drct.released()), ["data.train.0.reconstructions", "reconstruct"]);
  assertEquals(paths(drct.drct(), drct.unsynced()), ["batch.synced"]);
  assertEquals(drct.twoCards(drct.drct()).batch.size, 128);
  assertEquals(paths(drct.drct(), drct.onGenImage(drct.drct())), ["data.train.0", "data.test"]);
  assertEquals(paths(lare.lare(), lare.watchingAccuracy()), ["schedule.metric"]);
  assertEquals(paths(lare.lare(), lare.smoothed()), ["loss.classification.smoothing"]);
  assertEquals(paths(lare.lare(), lare.augmented()), ["augment"]);
  assertEquals(lare.fromLists().data.test.length, 1);
  assertEquals(paths(aligned.aligned(), aligned.scriptBatch()), ["batch.size"]);
  assertEquals(paths(aligned.aligned(), aligned.nearest()), ["reconstruct.rounding"]);
  assertEquals(paths(aligned.fromFolders(), aligned.shaders()), ["data.train.0.folder"]);
});

Deno.test("the named variants go to the pocket world as well", () => {
  const made = [
    ...[drct.released(), drct.unsynced(), drct.twoCards(drct.drct()), drct.onGenImage(drct.drctClip())].map(
      drct.onPocket,
    ),
    ...[robustClip.imageAlone(), robustClip.emptyWhereNone()].map(robustClip.onPocket),
    ...[lare.fromLists(), lare.augmented(), lare.smoothed(), lare.watchingAccuracy()].map(lare.onPocket),
    ...[aligned.fromFolders(), aligned.shaders(), aligned.scriptBatch(), aligned.nearest()].map(aligned.onPocket),
    ...[dualLoss.dualEmbedding(), dualLoss.dualAugmented()].map(dualLoss.onPocket),
  ];
  assertEquals(new Set(made.map(({ name }) => name)).size, made.length);
  for (const { data } of made) assertEquals(data.test.map(({ kind }) => kind), ["pocket"]);
});

Deno.test("the table of systems names what there is, and variants by their own names", async () => {
  for (const [key, system] of Object.entries(systems)) {
    const recipe = system.recipe();
    const file = files[key as keyof typeof files];
    await Deno.stat(new URL(`../../${system.file}`, import.meta.url));
    assert(file.ablations.some((made) => fingerprint(made) === fingerprint(recipe)), key);
    const names = Object.keys(system.pocket);
    for (const [name, make] of Object.entries<(free?: { seed?: number }) => Experiment>(system.pocket)) {
      assertEquals([make().name, make({ seed: 3 }).seed], [name, 3]);
      assertEquals(make({ seed: 3 }), derive(make(), { seed: 3 }));
      assert(file.pocketAblations.some((made) => fingerprint(made) === fingerprint(make())), name);
    }
    const { of, against } = system.question;
    const [first] = system.claims;
    assertEquals([first.of, first.against], [of, against]);
    for (const claim of system.claims as readonly Claim[]) {
      assert(names.includes(claim.of) && names.includes(claim.against), claim.text);
    }
  }
});
