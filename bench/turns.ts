// deno-lint-ignore-file no-console -- one side of a bench speaks on its standard output
/**
 * Our side of a comparison: says that it is ready, then does its thing once for each line on stdin and answers with its
 * milliseconds and what the other side should tell as well.
 *
 * @param turn is given how many turns were before
 * @param tell what is said of what came of a turn; not timed
 */
export async function takeTurns<Told>(
  turn: (number: number) => Told | Promise<Told>,
  tell: (told: Told) => unknown = (told) => told,
): Promise<void> {
  console.log("ready");
  let number = 0;
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const _ of text.matchAll(/\n/g)) {
      const start = performance.now();
      const told = await turn(number++);
      const milliseconds = performance.now() - start;
      console.log(`${milliseconds.toFixed(3)} ${tell(told)}`);
    }
  }
}
