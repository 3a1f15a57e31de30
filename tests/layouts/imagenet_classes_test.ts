import { imageNetClass } from "../../lib/layouts/imagenet_classes.ts";
import { assertEquals } from "../assert.ts";

Deno.test("imageNetClass() tells the class from every form of name that GenImage has", async () => {
  const told = {
    "371_sdv5_00145.png": "patas",
    "0_adm_7.png": "tench",
    "000_biggan_00082.png": "tench",
    "n03594945_36929.JPEG": "jeep",
    "ILSVRC2012_val_00000001.JPEG": "sea snake",
    "ILSVRC2012_val_00000002.JPEG": "alp",
    "GLIDE_1000_200_05_207_glide_00027.png": "golden retriever",
    "VQDM_1000_200_03_999_vqdm_00003.png": "toilet tissue",
  };
  for (const [name, class_] of Object.entries(told)) assertEquals(await imageNetClass(name), class_, name);
  assertEquals(await imageNetClass("371_sdv5_00145.png", { all: true }), "patas, hussar monkey, Erythrocebus patas");
});

Deno.test("imageNetClass() knows none of other names", async () => {
  for (
    const name of ["photo.png", "1000_x_1.png", "ILSVRC2012_val_00050001.JPEG", "GLIDE_1.png", "n99999999_1.JPEG", ""]
  ) {
    assertEquals(await imageNetClass(name), null, name);
  }
});
