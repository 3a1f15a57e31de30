import { assertEquals } from "./assert.ts";
import { textOf } from "./docs_pages.ts";

/**
 * Flags of the reference programs, by the heading of docs/guides/from_python.md below which each has a row: read from the
 * `add_argument` calls of beibuwandeluori/DRCT (scripts), luo3300612/LaRE and AniSundar18/AlignedForensics (training_code,
 * test_code). Purdue-M2/Robust_DM_Generated_Image_Detection has none, and the dual loss no public code.
 */
const flags: Readonly<Record<string, string>> = {
  "DRCT":
    `--model_name --embedding_size --pre_layer --num_classes --freeze_extractor --model_path --no_strict --root_path
    --fake_root_path --is_dire --regex --test_all --post_aug_mode --save_txt --fake_indexes --dataset_name --device_id
    --input_size --is_crop --is_spectrum --batch_size --epoch_start --num_epochs --num_workers --is_warmup --lr --save_flag
    --sampler_mode --is_test --is_amp --inpainting_dir --threshold --alpha --pos_margin --neg_margin --tau --loss_name
    --use_miner --memory_size opts`,
  "LaRE²": `--img_size --pretrained_model_name_or_path --t --up_ft_index --use_prompt_template --use_full_clsname
    --prompt_template --prompt --ensemble_size --input_path --output_path --n-gpus --dtype --data_root --train_file
    --val_file --test_file --val_ratio --isTrain --model --num_class --lr --weights --epoches --batch_size
    --test_batch_size --data_size --resume --out_dir --break_onek --val_method --no_strong_aug --label_smooth --smoothing
    --seed --gpu --exp_name --clip_type --multiprocessing-distributed --dist-url --dist-backend --world-size --rank
    --workers`,
  "AlignedForensics": `--name --num_epoches --earlystop_epoch --arch --checkpoints_dir --pretrain --optim --lr
    --weight_decay --ckpt --beta1 --eps_adv --lambda_bce --proj_ratio --start_fresh --use_leaky --flex_rz --only_coco
    --use_contrastive --use_proj --use_inversions --no_cuda --continue_epoch --fix_backbone --stay_positive
    --unfreeze_last_k --final_dropout --dataroot --batched_syncing --adm --data_cap --batch_size --num_threads --seed
    --resizeSize --loadSize --cropSize --no_random_crop --resize_prob --jitter_prob --colordist_prob --cutout_prob
    --noise_prob --blur_prob --cmp_prob --rot90_prob --no_flip --hpf_prob --pre_crop_prob --rz_interp --blur_sig
    --cmp_method --cmp_qual --resize_size --resize_ratio --norm_type --num_views --input_folder --repo_id --shuffle --steps
    --num_workers --epoch --csv_input --csv_output --in_csv --out_csv --weights_dir --models --fusion --device --metrics
    --save_tab base_folder output_csv --dir --real --fake --ix --out_path --setting --start --end --stride --base_res`,
};

Deno.test("every flag of the Python originals has a row in the guide", async () => {
  const text = await textOf("docs/guides/from_python.md");
  const missing: string[] = [];
  for (const [heading, list] of Object.entries(flags)) {
    const below = text.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
    const first = below.split("\n").filter((line) => line.startsWith("| ")).map((line) => line.split(" | ")[0]);
    const named = new Set(first.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, flag]) => flag)));
    missing.push(...list.split(/\s+/).filter((flag) => !named.has(flag)).map((flag) => `${heading}: ${flag}`));
  }
  assertEquals(missing, []);
});

Deno.test("what guides call a part's maker is one", async () => {
  const known = Object.keys(await import("../mod.ts"));
  const recipes = Object.keys(await import("../experiments/augmentations.ts"));
  const wrong: string[] = [];
  for (const guide of ["from_python", "own_data", "honest_evaluation", "reproducing", "limits"]) {
    for (const [, name] of (await textOf(`docs/guides/${guide}.md`)).matchAll(/`(\w+)\(/g)) {
      if (/^[a-z]/.test(name) && ![...known, ...recipes].includes(name)) wrong.push(`${guide}: ${name}()`);
    }
  }
  assertEquals(wrong, []);
});
