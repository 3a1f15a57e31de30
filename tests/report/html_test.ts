import { escapeHtml, inlineJson } from "../../lib/report/html.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("escapeHtml() leaves nothing that ends a text or a quoted attribute", () => {
  assertEquals(escapeHtml(`<a href="x" title='y'>&`), "&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;");
});

Deno.test("inlineJson() cannot close its script, and reads back the same", () => {
  const value = { "</script><!--": "\u2028 & \u2029 <script>" };
  const text = inlineJson(value);
  assert(!/[<>&\u2028\u2029]/.test(text), text);
  assertEquals(JSON.parse(text), value);
});
