/** A Slurm of its own on this machine: a controller and one node, in a temporary folder and on free ports. */
import { join } from "node:path";

/** Where Debian's slurm-wlm puts its daemons, and what runs a job's processes. */
const DAEMONS = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/slurmstepd"];

/** The controller finds out by itself that a node is gone, which takes a quarter of a minute; otherwise it is told. */
const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

/** Why no Slurm can be started here; null: it can. */
export function whyNoSlurm(): string | null {
  if (Deno.build.os !== "linux") return "it runs on Linux alone";
  const missing = DAEMONS.filter((path) => {
    try {
      return !Deno.statSync(path).isFile;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) return `${missing.join(", ")} are missing (apt-get install slurm-wlm)`;
  return Deno.uid() === 0 ? null : "its daemons need root";
}

/** One that goes. */
export interface SlurmCluster extends AsyncDisposable {
  /** Name of the node. */
  readonly node: string;
  /**
   * Kills the node's daemon and what it started, as a power cut does.
   *
   * @param options `spare`: a halted program of a job that is left as it is; by itself the system hangs up on what is
   * halted when its step dies, so that it goes for the moment in between
   */
  killNode(options?: { readonly spare?: number }): Promise<void>;
  /** Starts the daemon again. */
  startNode(): Promise<void>;
  /** Lets tasks that were queued again begin now: Slurm makes them wait two minutes. */
  hurry(): Promise<void>;
  /** What a command of Slurm's prints. */
  ask(command: string, ...words: string[]): Promise<string>;
}

/** Starts it, and points this process, and those it starts, to it by SLURM_CONF. */
export async function startSlurm(): Promise<SlurmCluster> {
  const folder = await Deno.makeTempDir();
  const node = Deno.hostname().split(".")[0];
  const conf = join(folder, "slurm.conf");
  for (const name of ["state", "spool"]) await Deno.mkdir(join(folder, name));
  await Deno.writeTextFile(conf, configuration(folder, { node, ports: [freePort(), freePort()] }));
  Deno.env.set("SLURM_CONF", conf);
  const started: Deno.ChildProcess[] = [];
  const daemon = async (name: string, args: readonly string[]): Promise<Deno.ChildProcess> => {
    const log = await Deno.open(join(folder, `${name}.out`), { append: true, create: true });
    const child = new Deno.Command(`/usr/sbin/${name}`, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    for (const stream of [child.stdout, child.stderr]) {
      void stream.pipeTo(new WritableStream({ write: (bytes) => void log.writeSync(bytes) }));
    }
    started.push(child);
    return child;
  };
  const ask = async (command: string, ...words: string[]): Promise<string> => {
    const { stdout } = await new Deno.Command(command, { args: words, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  };
  await daemon("slurmctld", ["-D"]);
  let slurmd = await daemon("slurmd", ["-D", "-N", node]);
  const ready = async (): Promise<void> => {
    for (let i = 0; i < 150; i++) {
      if (/^(idle|mixed|allocated)$/m.test(await ask("sinfo", "-h", "-o", "%T"))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`Slurm does not come up: ${await Deno.readTextFile(join(folder, "slurmctld.out"))}`);
  };
  await ready();
  return {
    node,
    ask,
    async killNode({ spare } = {}) {
      const steps = stepsIn(folder);
      const below = steps.flatMap((pid) => descendants(pid));
      if (spare !== undefined) Deno.kill(spare, "SIGCONT");
      slurmd.kill("SIGKILL");
      for (const pid of [...steps, ...spare === undefined ? below : []]) kill(pid);
      if (spare !== undefined) {
        while (steps.some(isThere)); // for a millisecond, in which the program shall not come far
        Deno.kill(spare, "SIGSTOP");
      }
      await slurmd.status;
      if (!full) await ask("scontrol", "update", `NodeName=${node}`, "State=DOWN", "Reason=killed");
    },
    async startNode() {
      slurmd = await daemon("slurmd", ["-D", "-N", node]);
      if (!full) await ask("scontrol", "update", `NodeName=${node}`, "State=RESUME");
      await ready();
    },
    async hurry() {
      const waiting = (await ask("squeue", "-h", "-t", "PD", "-o", "%A %r")).trim().split("\n");
      for (const line of waiting) {
        const [job, why] = line.split(" ");
        if (why === "BeginTime") await ask("scontrol", "update", `JobId=${job}`, "StartTime=now");
      }
    },
    async [Symbol.asyncDispose]() {
      await ask("scancel", "--me");
      for (let i = 0; i < 50 && (await ask("squeue", "-h", "-t", "R,CG")).trim() !== ""; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      for (const child of started) {
        try {
          child.kill("SIGTERM");
        } catch {
          // it was killed by a test
        }
        await child.status;
      }
      Deno.env.delete("SLURM_CONF");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configuration(
  folder: string,
  { node, ports }: { readonly node: string; readonly ports: readonly number[] },
): string {
  return `ClusterName=test
SlurmctldHost=${node}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
BatchStartTimeout=1
MessageTimeout=5
SlurmdTimeout=5
KillWait=20
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName=${node} NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000
PartitionName=main Nodes=${node} Default=YES MaxTime=INFINITE State=UP
`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The daemons of the steps that go: they leave their parent, and are known by the script that they run. */
function stepsIn(folder: string): number[] {
  const all = processes();
  const parents = all.filter(({ command }) => command.includes(`${folder}/spool/`)).map(({ parent }) => parent);
  return all.filter(({ pid, command }) => parents.includes(pid) && command.startsWith("slurmstepd")).map(({ pid }) =>
    pid
  );
}

function descendants(pid: number): number[] {
  return processes().filter(({ parent }) => parent === pid).flatMap((one) => [one.pid, ...descendants(one.pid)]);
}

function processes(): { readonly pid: number; readonly parent: number; readonly command: string }[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).flatMap(({ name }) => {
    try {
      const parent = Number(/^PPid:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${name}/status`))?.[1]);
      return [{ pid: Number(name), parent, command: Deno.readTextFileSync(`/proc/${name}/cmdline`) }];
    } catch {
      return []; // it has ended
    }
  });
}

/** Whether a process goes; one that has ended and was not asked for its end is over as well. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // it has ended
  }
}
