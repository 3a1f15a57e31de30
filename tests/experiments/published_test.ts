/**
 * The numbers of the five recipes beside those of the papers and the reference codes, read from there a second time: what
 * stands where, and the place in the source.
 */
import { aligned } from "../../experiments/aligned.ts";
import { drct, drctClip } from "../../experiments/drct.ts";
import { dual } from "../../experiments/dual_loss.ts";
import { dire, lare } from "../../experiments/lare.ts";
import { robustClip } from "../../experiments/robust_clip.ts";
import type { Experiment } from "../../mod.ts";
import { assertEquals } from "../assert.ts";

type Fact = readonly [path: string, value: unknown, source: string];

const drctCode = "beibuwandeluori/DRCT";

/** What the contrastive training of DRCT has of its code, and the dual loss of it. */
const optimizer: readonly Fact[] = [
  ["optimizer.kind", "adamW", "scripts/train_contrastive.py: optim.AdamW"],
  ["optimizer.rate", 1e-4, "README: --lr 0.0001"],
  ["optimizer.decay", 4e-5, "scripts/train_contrastive.py: weight_decay=4e-5"],
  ["schedule.kind", "cosine", "scripts/train_contrastive.py: CosineAnnealingLR"],
  ["schedule.period", 5, "scripts/train_contrastive.py: T_max 5"],
  ["schedule.floor", 0, "PyTorch's eta_min"],
  ["schedule.every", "epoch", "scripts/train_contrastive.py: scheduler.step() behind the loop of an epoch"],
  ["epochs", 17, "README: --num_epochs 17"],
  ["view.kind", "crop", "README: --is_crop"],
  ["view.size", 224, "README: --input_size 224"],
  ["reconstruct.kind", "inpainting", "data/diffusion_rec.py"],
  ["reconstruct.steps", 50, "data/diffusion_rec.py: steps=50"],
  ["reconstruct.guidance", 7.5, "data/diffusion_rec.py: guidance_scale=7.5"],
  ["reconstruct.seed", 2023, "data/diffusion_rec.py: seed=2023"],
  ["reconstruct.of", "both", "README: rec_path of real and of fake"],
];

const recipes: readonly [name: string, made: Experiment, source: string, facts: readonly Fact[]][] = [
  ["dual loss", dual(), "the write-up, and DRCT where it is silent", [
    ...optimizer,
    ["model.backbone.size", "base", "write-up: ConvNeXt-base"],
    ["model.head.embedding", null, "write-up: the 1024 numbers before the fully connected layer"],
    ["loss.classification.kind", "binaryCrossEntropy", "write-up"],
    ["loss.contrastive.kind", "contrastive", "write-up"],
    ["loss.reconstruction.kind", "reconstructionTriplet", "write-up"],
    ["loss.reconstruction.weight", 0.05, "write-up: λ"],
    ["batch.size", 64, `${drctCode}, README: --batch_size 64`],
  ]],
  ["DRCT on ConvNeXt", drct(), drctCode, [
    ...optimizer,
    ["data.train.0.generators", ["stable-diffusion-v1-4"], "README: --fake_indexes 2"],
    ["model.backbone.weights", "timm/convnext_base.fb_in22k", "README: --model_name convnext_base_in22k"],
    ["model.head.embedding", 1024, "README: --embedding_size 1024"],
    ["model.head.classes", 2, "scripts/train_contrastive.py: --num_classes 2"],
    ["model.head.activation", null, "network/models.py: ContrastiveModels"],
    ["loss.classification.kind", "crossEntropy", "scripts/train_contrastive.py: CrossEntropyLoss"],
    ["loss.classification.weight", 0.7, "scripts/train_contrastive.py: (1-alpha)"],
    ["loss.contrastive.weight", 0.3, "scripts/train_contrastive.py: --alpha 0.3"],
    ["loss.contrastive.positive", 0, "scripts/train_contrastive.py: --pos_margin 0"],
    ["loss.contrastive.negative", 1, "scripts/train_contrastive.py: --neg_margin 1"],
    ["batch.size", 64, "README: --batch_size 64"],
    ["select.metric", "accuracy", "scripts/train_contrastive.py: best_acc"],
  ]],
  ["DRCT on CLIP", drctClip(), drctCode, [
    ...optimizer,
    ["model.backbone.variant", "ViT-L/14", "README: --model_name clip-ViT-L-14"],
    ["model.backbone.pixels", "imagenet", "data/transform.py: mean and std of the transforms"],
    ["trainable.lastStages", 0, "README: --freeze_extractor"],
    ["batch.size", 256, "README: --batch_size 256"],
  ]],
  ["Robust CLIP", robustClip(), "Purdue-M2/Robust_DM_Generated_Image_Detection", [
    ["model.backbone.variant", "ViT-L/14", "clip_feature.py"],
    ["model.backbone.towers", ["image", "text"], "DFAD_model_base.py: torch.cat((inputs, text_inputs))"],
    ["model.head.widths", [1536, 1536, 1536], "DFAD_model_base.py"],
    ["model.head.dropout", 0.335, "DFAD_model_base.py: dropout_rate"],
    ["model.head.slope", 0.01, "DFAD_model_base.py: leaky_relu_slope"],
    ["loss.cvar.weight", 0.5, "train.py: gamma=0.5"],
    ["loss.cvar.alpha", 0.8, "train.py: alpha_cvar"],
    ["loss.auc.weight", 0.5, "train.py: (1 - gamma)"],
    ["loss.auc.margin", 0.6, "train.py: eta"],
    ["loss.auc.power", 2, "train.py: p"],
    ["optimizer.kind", "sam", "train.py: SAM"],
    ["optimizer.base.kind", "adamW", "train.py: torch.optim.AdamW"],
    ["optimizer.base.rate", 1e-3, "train.py: lr=1e-3"],
    ["optimizer.base.decay", 0.01, "train.py: weight_decay=0.01"],
    ["schedule.period", 8, "train.py: T_max=num_epochs / 4"],
    ["schedule.floor", 1e-5, "train.py: eta_min=1e-5"],
    ["batch.size", 2048, "train.py: batch_size=2048"],
    ["batch.fakes", 4, "dataset.py: image_gen0 … image_gen3 beside each real"],
    ["epochs", 32, "train.py: num_epochs=32"],
  ]],
  ["LaRE²", lare(), "luo3300612/LaRE", [
    ["data.train.0.generators", ["sd15"], "train_classifier_wmap.sh: train_sdv5.txt"],
    ["view.size", 224, "train_classifier_wmap.sh: --data_size 224"],
    ["view.pad", "reflect", "train_classifier_wmap.py: PadIfNeeded"],
    ["augment", [], "train_classifier_wmap.sh: --no_strong_aug"],
    ["model.backbone.variant", "RN50", "train_classifier_wmap.sh: --clip_type RN50"],
    ["model.backbone.pixels", "imagenet", "train_classifier_wmap.py: imagenet_norm"],
    ["model.refine.parts", ["embedding", "spatial", "channel"], "model.py: CLipClassifierWMapV6"],
    ["model.refine.channels", 1024, "model.py: CLipClassifierWMapV6"],
    ["model.refine.side", 14, "model.py: adaptive_avg_pool2d(loss_map, (14, 14))"],
    ["model.refine.dropout", 0.1, "model_base.py: MultiHeadMapAttention"],
    ["model.refine.map.model", "sd15", "extract_lare.sh: stable-diffusion-v1-5"],
    ["model.refine.map.step", 200, "extract_lare.sh: --t 200"],
    ["model.refine.map.ensemble", 4, "extract_lare.sh: --ensemble_size 4"],
    ["model.refine.map.size", 256, "extract_lare.sh: --img_size 256 256"],
    ["model.refine.map.prompt", "a photo of a [CLS]", "extract_lare.sh: --use_prompt_template"],
    ["model.head.classes", 2, "model.py: nn.Linear(1024 + 1024 + 1024, 2)"],
    ["loss.classification.smoothing", 0, "train_classifier_wmap.sh: no --label_smooth"],
    ["optimizer.kind", "adam", "train_classifier_wmap.py: optim.Adam"],
    ["optimizer.rate", 1e-4, "train_classifier_wmap.sh: --lr 0.0001"],
    ["schedule.metric", "auc", "train_classifier_wmap.py: lr_schedule.step(test_score)"],
    ["schedule.patience", 4, "train_classifier_wmap.py: ReduceLROnPlateau"],
    ["schedule.factor", 0.5, "train_classifier_wmap.py: ReduceLROnPlateau"],
    ["schedule.threshold", 1e-4, "PyTorch's default"],
    ["schedule.floor", 1e-7, "train_classifier_wmap.py: min_lr"],
    ["clip", 5, "train_classifier_wmap.py: max_norm=5.0"],
    ["batch.size", 48, "train_classifier_wmap.sh: --batch_size 48"],
    ["epochs", null, "train_classifier_wmap.py: --epoches 9999"],
  ]],
  ["DIRE", dire(), "ZhendongWang6/DIRE, utils/config.py", [
    ["reconstruct.kind", "residual", "README"],
    ["reconstruct.of.kind", "ddim", "datasets_test: adm_res_abs_ddim20s"],
    ["reconstruct.of.steps", 20, "datasets_test: adm_res_abs_ddim20s"],
    ["model.backbone.kind", "resnet", "arch"],
    ["model.backbone.depth", 50, "arch"],
    ["view.resize", 256, "loadSize"],
    ["view.size", 224, "cropSize"],
    ["view.filter", "bilinear", "rz_interp"],
    ["loss.classification.kind", "binaryCrossEntropy", "utils/trainer.py: BCEWithLogitsLoss"],
    ["optimizer.rate", 1e-4, "lr"],
    ["optimizer.beta1", 0.9, "beta1"],
    ["schedule.patience", 4, "earlystop_epoch 5, of which utils/earlystop.py counts the fifth"],
    ["schedule.threshold", 1e-3, "train.py: delta=-0.001"],
    ["schedule.factor", 0.1, "utils/trainer.py: adjust_learning_rate"],
    ["schedule.floor", 1e-6, "utils/trainer.py: adjust_learning_rate"],
    ["batch.size", 64, "batch_size"],
  ]],
  ["AlignedForensics", aligned(), "AniSundar18/AlignedForensics", [
    ["reconstruct.kind", "vae", "training_code/recon/recon.py: reconstruct_simple"],
    ["reconstruct.model", "ldm", "training_code/recon/run.sh: CompVis/ldm-text2im-large-256"],
    ["reconstruct.posterior", "sample", "training_code/recon/recon.py: retrieve_latents"],
    ["reconstruct.rounding", "down", "training_code/recon/execute.py: ToPILImage"],
    ["reconstruct.seed", 42, "training_code/recon/execute.py: seed = 42"],
    ["reconstruct.of", "real", "training_code/recon/execute.py: 0_real to 1_fake"],
    ["view.size", 96, "README: --cropSize 96"],
    ["model.backbone.depth", 50, "README: --arch res50nodown"],
    ["model.backbone.downsample", false, "training_code/networks/__init__.py: stride0=1"],
    ["model.backbone.weights", "timm/resnet50.tv_in1k", "training_code/networks/resnet_mod.py: resnet50-19c8e357"],
    ["model.head.dropout", 0.5, "training_code/utils/training.py: --final_dropout 0.5"],
    ["loss.classification.kind", "binaryCrossEntropy", "training_code/utils/training.py: BCEWithLogitsLoss"],
    ["optimizer.kind", "adam", "training_code/utils/training.py: --optim adam"],
    ["optimizer.rate", 1e-4, "training_code/utils/training.py: --lr 0.0001"],
    ["optimizer.beta1", 0.9, "training_code/utils/training.py: --beta1 0.9"],
    ["optimizer.decay", 0, "training_code/utils/training.py: --weight_decay 0"],
    ["schedule.metric", "balancedAccuracy", "training_code/train.py: balanced_accuracy_score"],
    ["schedule.patience", 9, "README: --earlystop_epoch 10, of which EarlyStopping counts the tenth"],
    ["schedule.threshold", 1e-3, "training_code/train.py: delta=0.001"],
    ["schedule.factor", 0.1, "training_code/utils/training.py: lr /= 10.0"],
    ["schedule.floor", 1e-6, "training_code/utils/training.py: min_lr=1e-6"],
    ["batch.size", 64, "README: --batch_size 32, so many of either class"],
    ["batch.synced", true, "README: --batched_syncing"],
    ["epochs", null, "training_code/train.py: --num_epoches 1000"],
    ["evaluate.threshold.images", 5000, "README: a random subset of 5000 real and fake images"],
  ]],
];

for (const [name, made, source, facts] of recipes) {
  Deno.test(`the recipe of ${name} has the numbers of ${source}`, () => {
    for (const [path, value, where] of facts) assertEquals(at(made, path), value, `${path} (${where})`);
  });
}

/** The value at a dotted path. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce((inner, key) => (inner as Record<string, unknown>)[key], value);
}

Deno.test("the augmentations of AlignedForensics have the probabilities of its command", () => {
  const flags = { resizedCrop: 0.2, jitter: 0.8, grey: 0.2, cutout: 0.2, noise: 0.2, blur: 0.5, compress: 0.5 };
  const chances = aligned().augment.map((change) => [change.kind, "p" in change ? change.p : null]);
  assertEquals(Object.fromEntries(chances), { ...flags, rotate90: 1, flip: 0.5 });
});
