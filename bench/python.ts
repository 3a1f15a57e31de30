/** The Python that the other sides run on. */

/** Its interpreter, by the environment variable PYTHON. */
export const python = Deno.env.get("PYTHON") ?? "python3";

/**
 * What an interpreter lacks, and what to do about it; null: nothing.
 *
 * @param modules by what is imported, how pip calls it
 */
export async function lacking(modules: Readonly<Record<string, string>>): Promise<string | null> {
  const find = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])";
  const elsewhere = "(PYTHON names another interpreter)";
  try {
    const args = ["-c", find, ...Object.keys(modules)];
    const { stdout } = await new Deno.Command(python, { args, stderr: "null" }).output();
    const lacks = new TextDecoder().decode(stdout).trim().split(" ").filter((name) => name !== "");
    if (lacks.length === 0) return null;
    const packages = lacks.map((name) => modules[name]).join(" ");
    return `"${python}" lacks ${lacks.join(" and ")}; install with: ${python} -m pip install ${packages} ${elsewhere}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `there is no "${python}"; install Python 3 with PyTorch ${elsewhere}`;
  }
}
