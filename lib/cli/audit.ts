import { join } from "node:path";
import type { Audit, AuditOptions } from "../audit/audit.ts";
import type { KeptAudit } from "../audit/kept.ts";
import type { Source } from "../audit/listing.ts";
import type { Pass } from "../audit/walk.ts";
import { plural } from "../report/text.ts";
import { thousands } from "../report/numbers.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { progress } from "../terminal/progress.ts";
import { auditData } from "./audit_data.ts";
import { type Command, typedAgain, wholeNumber } from "./command.ts";
import { folderOption } from "./folder_option.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

/** Tells what a data set gives away without what its images show. */
export const audit: Command = {
  summary: "what a data set gives away without what its images show, and how to align it",
  help: `deno task audit DATA… [OPTIONS]

Published sets let detectors cheat: photographs are JPEG and fakes PNG, or sizes differ. The audit reads the header of
every image and tells format, JPEG quality, size and bit depth by class and generator; how well a probe that knows
nothing else tells fakes from photographs (an AUC near 0.5 is what a fair set has); which images stand in two splits,
as they are or nearly; and whether the mean spectra of photographs and fakes differ. It ends with a verdict and with
the protocol to use: aligned views, reencoded() and matched(), that copy nothing. Tables are printed, figures go into
a page.

Of a data set that "deno task data index" has indexed, headers are taken from the index. What is found in pictures is
kept: an audit that was stopped goes on when it is given again, and a later one looks only at pictures whose file has
another size or time.

DATA is a file that exports an experiment or layouts, as FILE or FILE#EXPORT, or a run's folder; the kind of a layout,
as genImage, or a folder whose layout is recognised, with all generators that are there; or two folders and more, of
which the first holds photographs and each other one the fakes of a generator. What is found of a run's data is kept
in its folder too, as audit.json, for deno task report.

  --data DIR       folder of the data sets; default: the environment variable DATA
  --limit N        at most N images of each class, generator and split, always the same ones; default: all
  --headers        read headers alone: no search for twins, no spectra, some hundred times as fast
  --artifacts DIR  folder in which what is found in pictures is kept; default: artifacts
  --page FILE      where the figures go; default: audit.html where you stand

Examples:
  deno task audit genImage --data /data --limit 2000
  deno task audit experiments/dual_loss.ts#dual --data /data --headers
  deno task audit /pictures/camera /pictures/sd15 /pictures/flux --json`,
  json: "one object with probe {auc, low, high}, verdict, reasons, protocol, properties, tables, twins and unreadable",
  values: ["data", "limit", "artifacts", "page"],
  flags: ["headers"],
  operands: [1, Infinity],
  async run(given) {
    const page = userPath(given.values.page ?? "audit.html");
    const limit = wholeNumber(given, "limit", [1, Number.MAX_SAFE_INTEGER]);
    const { name, sources, data, missing, run } = await auditData(given.operands, await folderOption(given, "data"));
    using bar = progress();
    const artifacts = userPath(given.values.artifacts ?? "artifacts");
    let reached = "It had listed nothing yet";
    const kept = () =>
      given.flags.headers
        ? `${reached}; headers are not kept. Begin anew with: ${typedAgain(given)}`
        : `${reached}; what was found in pictures is kept. Go on with: ${typedAgain(given)}`;
    if (missing.length > 0) bar.say(`Not there, and left out: ${missing.join("; ")}`);
    return await interruptible(async (signal) => {
      const options = { data, limit, headersOnly: given.flags.headers, artifacts, tell: bar.say, signal };
      const found = await audited(sources, options, (pass) => {
        const text = `${pass.doing}, ${thousands(pass.done)} of ${thousands(pass.total)}`;
        bar.skip(pass.known ?? 0);
        bar.update(pass.done, pass.total, text);
        reached = `It was ${text}`;
      });
      bar[Symbol.dispose]();
      const { auditPage } = await load<typeof import("../audit/page.ts")>("lib/audit/page.ts");
      await Deno.mkdir(join(page, ".."), { recursive: true });
      await writeAtomic(page, await auditPage(found, { name }));
      if (run !== null) await keepBeside(run, { limit, headersOnly: given.flags.headers, found });
      printJson({ data: name, ...found, page });
      const { auditText } = await load<typeof import("../audit/text.ts")>("lib/audit/text.ts");
      // a pipe has no width: what reads it may want all columns
      const width = Deno.stdout.isTerminal() ? Math.max(60, Deno.consoleSize().columns) : Infinity;
      print(`${auditText(found, { width })}\n\nThe figures are in "${shown(page)}"`);
      return 0;
    }, { kept, stopping: "Stopping", progress: bar });
  },
};

/** What was found of a run's data stands beside the run: a report of it shows that. */
async function keepBeside(run: string, audit: Omit<KeptAudit, "made">): Promise<void> {
  const { keepAudit } = await load<typeof import("../audit/kept.ts")>("lib/audit/kept.ts");
  await keepAudit(run, { made: new Date().toISOString(), ...audit });
}

async function audited(
  sources: readonly Source[],
  options: AuditOptions & { readonly tell: (what: string) => void },
  show: (pass: Pass) => void,
): Promise<Audit> {
  const { auditEvents } = await load<typeof import("../audit/audit.ts")>("lib/audit/audit.ts");
  const kinds = [...new Set(sources.map(({ layout }) => layout.kind))];
  options.tell(`Listing ${plural(kinds.length, "data set")}: ${kinds.join(", ")} …`);
  const events = auditEvents(sources, options);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    show(value);
  }
}
