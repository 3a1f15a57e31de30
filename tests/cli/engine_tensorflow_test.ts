import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtAddon, isSupported } from "../../lib/engine/tensorflow/installed.ts";
import { VERSION, wheels } from "../../lib/engine/tensorflow/wheels.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof, type Ended } from "./command_line.ts";

const command = "engine:tensorflow";
const [wheel] = wheels.cpu;
const answer = 'case "$*" in *--version*) exit 0;; esac';

/** A cache folder of its own, and a PATH that holds nothing but the programs given as scripts of the shell. */
async function withTools(
  scripts: Readonly<Record<string, string>>,
  body: (at: { cache: string; env: Record<string, string> }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    for (const name of ["bin", "cache"]) await Deno.mkdir(join(folder, name));
    for (const [name, script] of Object.entries(scripts)) {
      await Deno.writeTextFile(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const cache = join(folder, "cache");
    // Deno's own cache lies in the same place and is not to be filled anew
    await body({ cache, env: { PATH: join(folder, "bin"), XDG_CACHE_HOME: cache, DENO_DIR: await denoFolder() } });
  });
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** What a build left in the cache. */
async function left(cache: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(join(cache, "counterproof", "tensorflow")));
    return entries.map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

/** Libraries as a build before this one would have left them, so that only the addon is to be made. */
async function makeLibraries(cache: string): Promise<string> {
  const name = `libraries-${VERSION}`;
  await Deno.mkdir(join(cache, "counterproof", "tensorflow", name), { recursive: true });
  return name;
}

function refuses({ code, out, err }: Ended, ...parts: string[]): void {
  assertEquals([code, out], [1, ""], err);
  for (const part of parts) assert(err.includes(part), err);
  assert(!err.includes("\n    at "), err);
}

const test = (name: string, fn: () => Promise<void>): void => Deno.test({ name, ignore: !isSupported(), fn });

test("tools that are missing are named, with the packages that have them", async () => {
  await withTools({}, async ({ cache, env }) => {
    const ended = await counterproof([command], { env });
    refuses(ended, "python3 with pip and g++ not found", "apt-get install python3-pip g++", "everything works on wasm");
    assertEquals(await left(cache), []);
  });
  await withTools({ python3: "exit 1", "g++": "exit 0" }, async ({ env }) => {
    refuses(await counterproof([command], { env }), "python3 with pip not found", "apt-get install python3-pip (");
  });
});

test("a download that fails is told in the words of pip, and leaves nothing", async () => {
  const python3 = `${answer}; echo "ERROR: No matching distribution found" >&2; exit 1`;
  await withTools({ python3, "g++": answer }, async ({ cache, env }) => {
    const ended = await counterproof([command], { env });
    refuses(ended, "Cannot download tensorflow-cpu 2.21.0", "ERROR: No matching distribution found");
    assertEquals(await left(cache), []);
  });
});

test("a download with another hash is refused, and leaves nothing", async () => {
  // the folder is the argument behind --dest
  const python3 = `${answer}; while [ "$1" != --dest ]; do shift; done; echo other > "$2/${wheel.file}"`;
  await withTools({ python3, "g++": answer }, async ({ cache, env }) => {
    refuses(await counterproof([command], { env }), `Cannot use the download "${wheel.file}"`, wheel.sha256);
    assertEquals(await left(cache), []);
  });
});

test("--gpu downloads the build for graphics cards, checks it as well, and leaves nothing of a part", async () => {
  const [first] = wheels.gpu;
  const fails = `${answer}; echo "ERROR: No matching distribution found" >&2; exit 1`;
  const other = `${answer}; while [ "$1" != --dest ]; do shift; done; echo other > "$2/${first.file}"`;
  for (const [python3, part] of [[fails, "Cannot download tensorflow 2.21.0"], [other, first.sha256]]) {
    await withTools({ python3, "g++": answer }, async ({ cache, env }) => {
      refuses(await counterproof([command, "--gpu"], { env }), part);
      assertEquals(await left(cache), []);
    });
  }
});

test("an addon that cannot be compiled, or does not work, is not kept", async () => {
  const broken = `${answer}; while [ "$1" != -o ]; do shift; done; echo nothing > "$2"`;
  const cases: [string, string[]][] = [
    [`${answer}; echo "addon.cc:1: error" >&2; exit 1`, ["Cannot compile the addon", "addon.cc:1: error"]],
    [broken, ["Cannot work with the addon"]],
  ];
  for (const [compiler, parts] of cases) {
    await withTools({ python3: answer, "g++": compiler }, async ({ cache, env }) => {
      const libraries = await makeLibraries(cache);
      refuses(await counterproof([command], { env }), ...parts);
      assertEquals(await left(cache), [libraries]);
    });
  }
});

test("an interrupted build leaves nothing, a killed one nothing that counts or stays", async () => {
  const compiler = `${answer}; exec /bin/sleep 15`;
  await withTools({ python3: answer, "g++": compiler }, async ({ cache, env }) => {
    const libraries = await makeLibraries(cache);
    const stopped = async (signal: Deno.Signal): Promise<number> => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url)), command],
        stdout: "null",
        stderr: "piped",
        env: { ...env, NO_COLOR: "1" },
      }).spawn();
      let text = "";
      for await (const bytes of child.stderr) {
        text += new TextDecoder().decode(bytes);
        if (text.endsWith("Compiling the addon\n")) child.kill(signal);
      }
      return (await child.status).code;
    };
    assertEquals(await stopped("SIGINT"), 130);
    assertEquals(await left(cache), [libraries]);
    await stopped("SIGKILL");
    assertEquals((await left(cache)).map((name) => name.replace(/\d.*/, "")), [".unfinished-", "libraries-"]);
    const { code, out } = await counterproof(["doctor", "--runs", join(cache, "runs")], { env });
    assertEquals([code, /tensorflow: not built/.test(out)], [0, true], out);
    await Deno.writeTextFile(join(env.PATH, "g++"), `#!/bin/sh\n${answer}; exit 1\n`);
    refuses(await counterproof([command], { env }), "Cannot compile the addon");
    assertEquals(await left(cache), [libraries]);
  });
});

test("what is built is tested again and told", async () => {
  if (builtAddon() === null) {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    return console.log("The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow");
  }
  const { code, out, err } = await counterproof([command]);
  assertEquals(code, 0, err);
  assert(out.includes(`TensorFlow ${VERSION} works`) && out.includes("It was built already"), out);
});
