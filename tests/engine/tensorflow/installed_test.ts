import { installation } from "../../../lib/engine/tensorflow/installed.ts";
import { VERSION } from "../../../lib/engine/tensorflow/wheels.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

/** Runs something under other variables of the environment; null takes one away. */
function under(variables: Readonly<Record<string, string | null>>, body: () => void): void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value: string | null | undefined): void => {
    if (value == null) Deno.env.delete(name);
    else Deno.env.set(name, value);
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    body();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

Deno.test("installation() lies in the user's cache folder, wherever that is", () => {
  under({ XDG_CACHE_HOME: "/cache", HOME: "/home/one" }, () => {
    const { folder, libraries, addon } = installation();
    assertEquals(folder, "/cache/counterproof/tensorflow");
    assertEquals(libraries, `${folder}/libraries-${VERSION}`);
    assert(new RegExp(`^${folder}/${VERSION}-[0-9a-f]{12}$`).test(addon), addon);
  });
  for (const ignored of [null, "", "relative"]) {
    under({ XDG_CACHE_HOME: ignored, HOME: "/home/one" }, () => {
      assertEquals(installation().folder, "/home/one/.cache/counterproof/tensorflow");
    });
  }
});

Deno.test("installation() says what to set where there is no home", () => {
  under({ XDG_CACHE_HOME: null, HOME: null }, () => {
    assertThrows(installation, Error, "neither XDG_CACHE_HOME nor HOME is set");
  });
});
