/** Fetches photographs until it is killed: `fetching.ts DATA`. */
import { fetchDefaults, fetchReals } from "../../lib/data/fetch_reals.ts";

await fetchReals({ data: Deno.args[0], split: "train" }, { ...fetchDefaults, concurrency: 2, attempts: 1 });
