/**
 * What this project uses of `@std/cli`, under its name and with its interface, for networks that cannot
 * reach JSR: deleting the `links` line of `deno.json` brings the original back.
 */
export * from "./parse_args.ts";
