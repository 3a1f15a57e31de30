export function parseArgs(a: string[]): string[] {
  return a;
}
