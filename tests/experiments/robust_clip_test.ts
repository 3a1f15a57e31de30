import { emptyWhereNone, imageAlone, robustClip } from "../../experiments/robust_clip.ts";
import { seesAlike } from "../../lib/evaluate/frozen.ts";
import { captionsOf, featureWidth } from "../../lib/models/model.ts";
import { diff } from "../../mod.ts";
import { assertEquals } from "../assert.ts";

Deno.test("robustClip() feeds its perceptron 768 numbers of the image and 768 of the caption, made once for each", async () => {
  const { model } = robustClip();
  assertEquals([featureWidth(model), captionsOf(model)?.missing], [1536, null]);
  assertEquals(model.head, { kind: "mlp", classes: 1, widths: [1536, 1536, 1536], dropout: 0.335, slope: 0.01 });
  assertEquals(await seesAlike(robustClip()), true);
  assertEquals(featureWidth(imageAlone().model), 768);
});

Deno.test("the variants of Robust CLIP differ from it in what is said of captions alone, γ in the weights of its terms", () => {
  const paths = (other: Parameters<typeof diff>[0][number]) => diff([robustClip(), other]).map(({ path }) => path);
  assertEquals(paths(emptyWhereNone()), ["model.backbone.captions"]);
  assertEquals(paths(imageAlone()), ["model.backbone.towers"]);
  assertEquals(paths(robustClip({ γ: 0.25, α: 0.5 })), ["loss.cvar.weight", "loss.cvar.alpha", "loss.auc.weight"]);
});
