import { sbatchWords } from "../../lib/cluster/slurm.ts";
import { isOver, parseQueue, tasksIn } from "../../lib/cluster/slurm_queue.ts";
import { assertEquals } from "../assert.ts";

/** As Slurm 22.05 and 23.11 write the same: a task that goes, two that wait, and a job that is no array. */
const older = JSON.stringify({
  jobs: [
    {
      job_id: 8,
      array_job_id: 7,
      array_task_id: 0,
      array_task_string: "",
      job_state: "RUNNING",
      state_reason: "None",
      nodes: "n1",
    },
    {
      job_id: 7,
      array_job_id: 7,
      array_task_id: null,
      array_task_string: "1,3%2",
      job_state: "PENDING",
      state_reason: "Resources",
      nodes: "",
    },
    {
      job_id: 9,
      array_job_id: 0,
      array_task_id: null,
      array_task_string: "",
      job_state: "RUNNING",
      state_reason: "None",
      nodes: "n2",
    },
  ],
});
const number = (value: number | null) => ({ set: value !== null, infinite: false, number: value ?? 0 });
const newer = JSON.stringify({
  jobs: [
    {
      array_job_id: number(7),
      array_task_id: number(0),
      array_task_string: "",
      job_state: ["RUNNING"],
      state_reason: "None",
      nodes: "n1",
    },
    {
      array_job_id: number(7),
      array_task_id: number(null),
      array_task_string: "1,3%2",
      job_state: ["PENDING"],
      state_reason: "Resources",
      nodes: "",
    },
    {
      array_job_id: number(0),
      array_task_id: number(null),
      array_task_string: "",
      job_state: ["RUNNING"],
      state_reason: "None",
      nodes: "n2",
    },
  ],
});

Deno.test("parseQueue() reads what squeue --json writes, as older and as newer versions of Slurm do", () => {
  const expected = [
    { job: 7, state: "RUNNING", reason: "", nodes: "n1", task: 0 },
    { job: 7, state: "PENDING", reason: "Resources", nodes: "", task: 1 },
    { job: 7, state: "PENDING", reason: "Resources", nodes: "", task: 3 },
  ];
  assertEquals(parseQueue(older), expected);
  assertEquals(parseQueue(newer), expected);
  assertEquals(parseQueue("{}"), []);
  const [ending] = parseQueue(newer.replace('["RUNNING"]', '["CANCELLED","COMPLETING"]'));
  assertEquals([ending.state, isOver(ending.state), isOver("CANCELLED")], ["COMPLETING", false, true]);
});

Deno.test("tasksIn() knows ranges, steps and limits", () => {
  assertEquals(tasksIn("0-2,7%4"), [0, 1, 2, 7]);
  assertEquals(tasksIn("1-7:3"), [1, 4, 7]);
  assertEquals([tasksIn(""), tasksIn("N/A")], [[], []]);
});

Deno.test("sbatch is asked for what a task may take; memory, where nobody says, for what was seen and a quarter more", () => {
  const base = { most: null, threads: 4, known: () => null, folder: "/runs/slurm" };
  const words = (more: object) => sbatchWords({ ...base, ...more }, { folder: "/runs/slurm/a", tasks: 3 });
  assertEquals(words({}), [
    ...["--job-name=counterproof", "--array=0-2", "--ntasks=1", "--cpus-per-task=4", "--requeue", "--open-mode=append"],
    ...["--output=/runs/slurm/a/slurm-%a.txt", "--signal=B:USR1@120"],
  ]);
  assertEquals(
    words({
      most: 2,
      cores: 8,
      gpus: 1,
      time: "12:00:00",
      partition: "gpu",
      sbatch: ["--account=x"],
      known: () => 1000,
    })
      .filter((word) => !/job-name|ntasks|requeue|open-mode|output|signal/.test(word)),
    [
      ...["--array=0-2%2", "--cpus-per-task=8", "--mem=1193M", "--gres=gpu:1", "--time=12:00:00", "--partition=gpu"],
      "--account=x",
    ],
  );
  assertEquals(words({ megabytes: 2000, known: () => 9 }).find((word) => word.startsWith("--mem")), "--mem=1908M");
});
