/**
 * Our side of `deno task bench:peers`: a training step or a forward pass for each line on stdin, its milliseconds and
 * what the other side should tell as well on stdout.
 *
 *     deno run -A bench/ours.ts step|forward NETWORK FILE BACKEND THREADS
 */
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { forwardNetworks, forwardsFrom } from "./forward.ts";
import { networks } from "./networks.ts";
import { stepsFrom } from "./step.ts";
import { takeTurns } from "./turns.ts";

const [kind, name, file, backend, threads] = Deno.args;
await useBackend(backend as BackendName, { threads: Number(threads) });
const turn = kind === "step" ? await stepsFrom(networks[name], file) : await forwardsFrom(forwardNetworks[name], file);
await takeTurns(turn);
closeBackend();
