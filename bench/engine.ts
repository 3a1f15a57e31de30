/** The engine that benches run on. */
import { type BackendName, useBackend } from "../lib/engine/backend.ts";

/** Starts the backend that `COUNTERPROOF_BACKEND` names, wasm unless given, on as many threads as `COUNTERPROOF_THREADS` says. */
export async function startEngine(): Promise<void> {
  const threads = Deno.env.get("COUNTERPROOF_THREADS");
  const backend = (Deno.env.get("COUNTERPROOF_BACKEND") ?? "wasm") as BackendName;
  await useBackend(backend, threads === undefined ? {} : { threads: Number(threads) });
}
