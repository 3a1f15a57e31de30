/**
 * What TensorBoard shows, as the messages of its event files.
 *
 * Source: tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto, and the plugin "text" of
 * tensorboard, the numbers of the fields.
 */
import { doubleField, floatField, joined, nested, type Pieces, textField, wholeField } from "../../onnx/wire.ts";

/** One thing that is shown, under a name whose parts stand between slashes. */
export type Summary =
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  /** Markdown. */
  | { readonly kind: "text"; readonly tag: string; readonly text: string }
  /** PNG. */
  | { readonly kind: "image"; readonly tag: string; readonly png: Uint8Array };

/** When something is shown: at which step, and when that was. */
export interface Moment {
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The message that every event file begins with. */
export function versionMessage(at: number): Uint8Array {
  return joined([...doubleField(1, at / 1000), ...textField(3, "brain.Event:2")]);
}

/** Things that are shown at one moment, as one message. */
export function summaryMessage(summaries: readonly Summary[], { step, at }: Moment): Uint8Array {
  const values = summaries.flatMap((summary) => nested(1, [...textField(1, summary.tag), ...valuePieces(summary)]));
  return joined([...doubleField(1, at / 1000), ...wholeField(2, step), ...nested(5, values)]);
}

/** TensorFlow's number for tensors of texts. */
const DT_STRING = 7;

function valuePieces(summary: Summary): Pieces {
  switch (summary.kind) {
    case "scalar":
      return floatField(2, summary.value);
    case "text": {
      const tensor = [
        ...wholeField(1, DT_STRING),
        ...nested(2, nested(2, wholeField(1, 1))), // one text
        ...textField(8, summary.text),
      ];
      return [...nested(8, tensor), ...nested(9, nested(1, textField(1, "text")))];
    }
    case "image": {
      const { png } = summary;
      const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
      const [width, height] = [view.getUint32(16), view.getUint32(20)]; // where the header of a PNG has them
      return nested(4, [...wholeField(1, height), ...wholeField(2, width), ...wholeField(3, 4), ...nested(4, [png])]);
    }
  }
}
