import { join } from "node:path";
import { crc32c, masked, recordOf } from "../../lib/export/tensorboard/record.ts";
import { tensorBoard, writeTensorBoard } from "../../lib/export/tensorboard/write.ts";
import { openEventLog } from "../../lib/runs/event_log.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { writeHeader, writeRecord } from "../../lib/runs/store.ts";
import type { EpochRow, RunEvent, RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { askPython, findPython, noPython } from "../python.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";
import { syntheticRecord } from "../report/records.ts";

const epoch: EpochRow = {
  ...{
    epoch: 1,
    step: 2,
    rate: 0.25,
    loss: { total: 0.5, contrastive: 0.125 },
    validation: { auc: 0.75 },
    between: [],
  },
  ...{ distances: { real: 0.5, fake: null }, seconds: { data: 1, step: 2, evaluate: 3 }, megabytes: null },
};

const said: readonly RunEvent[] = [
  { kind: "start", name: "a", id: "1", step: 0, steps: 3, images: { step: 2, test: 2, probe: 0 }, epochs: 1 },
  { kind: "step", row: { step: 1, epoch: 1, loss: { total: 0.75, contrastive: NaN } }, seconds: 1 },
  { kind: "step", row: { step: 2, epoch: 1, loss: { total: 9, contrastive: 9 } }, seconds: 1 },
  { kind: "notice", text: "killed, and taken up again" },
  { kind: "step", row: { step: 2, epoch: 1, loss: { total: 0.25, contrastive: 0.5 } }, seconds: 1 },
  { kind: "validation", epoch: 1, row: { step: 1, validation: { auc: 0.5 }, distances: null } },
  { kind: "epoch", row: epoch, steps: 2 },
];

Deno.test("checksums are Castagnoli's, and stand masked in their frame", () => {
  // RFC 3720, appendix B.4
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(masked(0), 0xa282ead8);
  const record = recordOf(Uint8Array.of(1, 2, 3));
  assertEquals([record.length, ...record.subarray(0, 8)], [19, 3, 0, 0, 0, 0, 0, 0, 0]);
});

const python = await findPython();

/** What TensorBoard finds in a folder: by run, then by name. */
interface Found {
  readonly scalars: Readonly<
    Record<string, Readonly<Record<string, readonly (readonly [step: number, value: number | string])[]>>>
  >;
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly images: Readonly<
    Record<string, Readonly<Record<string, readonly [width: number, height: number, png: boolean]>>>
  >;
  readonly times: readonly number[];
}

const script = `
import json, logging, math, sys
logging.disable(logging.CRITICAL)
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.data import provider

folder = sys.argv[1]
multiplexer = plugin_event_multiplexer.EventMultiplexer(
    size_guidance={"scalars": 0, "tensors": 0, "images": 0}, tensor_size_guidance={"scalars": 10000, "images": 100, "text": 100}
)
multiplexer.AddRunsFromDirectory(folder)
multiplexer.Reload()
data = data_provider.MultiplexerDataProvider(multiplexer, folder)
context = RequestContext()
number = lambda value: value if math.isfinite(value) else str(value)
scalars = data.read_scalars(context, experiment_id="", plugin_name="scalars", downsample=100000)
texts = data.read_tensors(context, experiment_id="", plugin_name="text", downsample=100)
images = data.read_blob_sequences(context, experiment_id="", plugin_name="images", downsample=100)

def image(points):
    width, height, png = [data.read_blob(context, blob_key=value.blob_key) for value in points[0].values]
    return [int(width), int(height), png[:4] == b"\\x89PNG"]

print(json.dumps({
    "scalars": {
        run: {tag: [[point.step, number(point.value)] for point in points] for tag, points in tags.items()}
        for run, tags in scalars.items()
    },
    "times": sorted(point.wall_time for tags in scalars.values() for points in tags.values() for point in points),
    "texts": {run: {tag: points[0].numpy[0].decode() for tag, points in tags.items()} for run, tags in texts.items()},
    "images": {run: {tag: image(points) for tag, points in tags.items()} for run, tags in images.items()},
}))
`;

function testWithPython(name: string, test: () => Promise<void>): void {
  Deno.test({ name: python === null ? `${name}: ${noPython}` : name, ignore: python === null, fn: test });
}

/** A run of the events above. */
async function writeRun(folder: string, record: RunRecord): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  {
    await using log = await openEventLog(folder, { at: 0 });
    for (const event of said) await log.append(event);
  }
  await writeRecord(folder, record);
}

testWithPython("TensorBoard reads what a finished run said: losses, epochs, tests, text, pictures", async () => {
  await inFolder(async (folder) => {
    const example = exampleRecord();
    const { id, fingerprint, started, metrics } = example;
    const between = [{ step: 1, validation: { auc: 0.5 }, distances: null }];
    const history = [{ ...epoch, between }];
    const record = { ...syntheticRecord({ name: "dual" }), id, fingerprint, started, metrics, history, steps: [] };
    const run = join(folder, "dual-c3bbf8d1e5f5");
    await writeRun(run, record);
    const target = join(folder, "board");
    for (const figures of [false, true]) { // the second takes the place of the first
      const written = await writeTensorBoard(run, target, { figures });
      assertEquals(written, { folder: join(target, "dual-c3bbf8d1e5f5"), steps: 2 });
    }
    const { scalars, texts, images, times } = await askPython<Found>(script, [target]);
    assertEquals(scalars, {
      "dual-c3bbf8d1e5f5": {
        "loss/total": [[1, 0.75], [2, 0.25]],
        "loss/contrastive": [[1, "nan"], [2, 0.5]],
        "validation/auc": [[1, 0.5], [2, 0.75]],
        "validation/distance/real": [[2, 0.5]],
        "epoch/number": [[2, 1]],
        "epoch/rate": [[2, 0.25]],
        "epoch/loss/total": [[2, 0.5]],
        "epoch/loss/contrastive": [[2, 0.125]],
        "epoch/seconds/data": [[2, 1]],
        "epoch/seconds/step": [[2, 2]],
        "epoch/seconds/evaluate": [[2, 3]],
        "test/sd14/accuracy": [[2, 0.75]],
        "test/sd14/auc": [[2, "-inf"]],
      },
    });
    assert(times[0] > Date.now() / 1000 - 600, "the time is not when it was said");
    const [told] = Object.values(texts);
    assert(told.definition.includes('"name": "dual"') && told.environment.includes('"backend"'), told.definition);
    const [drawn] = Object.values(images);
    assertEquals(Object.keys(drawn).sort(), ["figures/accuracy by test set", "figures/calibration", "figures/roc"]);
    for (const [width, height, isPng] of Object.values(drawn)) assert(width === 900 && height > 200 && isPng);
  });
});

testWithPython(
  "TensorBoard reads a run that goes, followed to its end, and one whose events are handed on",
  async () => {
    await inFolder(async (folder) => {
      const run = join(folder, "runs", "a-c3bbf8d1e5f5"), target = join(folder, "board");
      const { steps: _, scores: __, probe: ___, validation: ____, ...header } = exampleRecord({
        status: "running",
        metrics: {},
      });
      await writeHeader(run, header);
      const lock = await lockRun(run);
      const following = writeTensorBoard(run, target, { follow: true });
      await using log = await openEventLog(run, { at: 0 });
      for (const event of said) await log.append(event);
      await writeHeader(run, { ...header, status: "done", metrics: { sd14: { auc: 0.5 } } });
      lock[Symbol.dispose]();
      assertEquals((await following).steps, 2);

      const record = exampleRecord();
      const handed: string[] = [];
      const events = async function* (): AsyncGenerator<RunEvent> {
        yield* said;
        await Promise.resolve();
        yield { kind: "done", record };
      };
      for await (const { kind } of tensorBoard(events(), join(target, "b"))) handed.push(kind);
      assertEquals(handed, [...said.map(({ kind }) => kind), "done"]);

      const { scalars } = await askPython<Found>(script, [target]);
      const losses = [[1, 0.75], [2, 9], [2, 0.25]] as const;
      assertEquals(scalars["a-c3bbf8d1e5f5"]["test/sd14/auc"], [[2, 0.5]]);
      for (const name of ["a-c3bbf8d1e5f5", "b"]) assertEquals(scalars[name]["loss/total"], losses);
      assertEquals(scalars.b["test/sd14/accuracy"], [[2, 0.75]]);
    });
  },
);

Deno.test("a run without events is told by its record", async () => {
  await inFolder(async (folder) => {
    const run = join(folder, "a-c3bbf8d1e5f5");
    await writeRecord(run, exampleRecord({ history: [epoch], steps: [{ step: 2, epoch: 1, loss: { total: 0.5 } }] }));
    const { steps } = await writeTensorBoard(run, join(folder, "board"));
    assertEquals(steps, 1);
    const bare = new TextDecoder("latin1").decode(
      await Deno.readFile(join(folder, "board", "a-c3bbf8d1e5f5", "events.out.tfevents.1.counterproof")),
    );
    for (const tag of ["loss/total", "epoch/rate", "test/sd14/accuracy"]) assert(bare.includes(tag), tag);
  });
});
