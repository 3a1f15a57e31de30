// N images · H, W height and width · C channels · R, S rows and columns of windows
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PoolPlan } from "../pooling.ts";

/** Threads of a group. */
const GROUP = 64;

/** TensorFlow.js's webgpu backend, as far as a shader of the house's own needs it. */
export interface ProgramRunner {
  readonly device: GPUDevice;
  runWebGPUProgram(
    program: Readonly<Record<string, unknown>>,
    inputs: readonly TensorInfo[],
    dtype: "float32",
    uniforms: readonly { readonly type: "int32"; readonly data: number[] }[],
  ): TensorInfo;
}

/**
 * The gradient of max pooling, which goes to each window's first maximum by rows, as in PyTorch; the stock shader gives
 * it to the last, and after a ReLU many are equal.
 *
 * @param inputs `dy` [N, R, S, C]; `x` [N, H, W, C], what was pooled
 * @returns [N, H, W, C]
 */
export function maxPoolGradient(
  backend: ProgramRunner,
  { dy, x }: { readonly dy: TensorInfo; readonly x: TensorInfo },
  { strideHeight, strideWidth, padInfo: { top, left }, filterHeight, filterWidth }: PoolPlan,
): TensorInfo {
  const size = x.shape.reduce((product, n) => product * n, 1);
  const program = {
    variableNames: ["dy", "x"],
    uniforms: "strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>,",
    workgroupSize: [GROUP, 1, 1],
    size: true,
    outputShape: x.shape,
    dispatchLayout: { x: [0, 1, 2, 3] },
    dispatch: [Math.ceil(size / GROUP), 1, 1],
    shaderKey: "houseMaxPoolGradient",
    getUserCode: () => SHADER,
  };
  return backend.runWebGPUProgram(program, [dy, x], "float32", [
    { type: "int32", data: [strideHeight, strideWidth] },
    { type: "int32", data: [top, left] },
    { type: "int32", data: [filterHeight, filterWidth] },
  ]);
}

/** One thread a pixel and channel: of the windows that it lies in, those whose first maximum it is give it their dy. */
const SHADER = `
  fn isFirst(own : f32, coords : vec4<i32>, corner : vec2<i32>) -> bool {
    for (var i = max(corner.x, 0); i < min(corner.x + uniforms.window.x, uniforms.xShape[1]); i++) {
      for (var j = max(corner.y, 0); j < min(corner.y + uniforms.window.y, uniforms.xShape[2]); j++) {
        let other = getX(coords[0], i, j, coords[3]);
        let isBefore = i < coords[1] || (i == coords[1] && j < coords[2]);
        if (other > own || (isBefore && other == own)) {
          return false;
        }
      }
    }
    return true;
  }

  fn main(index : i32) {
    if (index >= uniforms.size) {
      return;
    }
    let coords = getCoordsFromIndex(index);
    let own = getX(coords[0], coords[1], coords[2], coords[3]);
    var sum = 0.0;
    for (var r = 0; r < uniforms.window.x; r++) {
      for (var s = 0; s < uniforms.window.y; s++) {
        // where a window begins that has this pixel in its row r and column s, in the frame and in the image
        let begin = coords.yz + uniforms.pads - vec2<i32>(r, s);
        let place = begin / uniforms.strides;
        if (any(begin < vec2<i32>(0)) || any(begin % uniforms.strides != vec2<i32>(0)) ||
            place.x >= uniforms.dyShape[1] || place.y >= uniforms.dyShape[2]) {
          continue;
        }
        if (isFirst(own, coords, begin - uniforms.pads)) {
          sum += getDy(coords[0], place.x, place.y, coords[3]);
        }
      }
    }
    setOutputAtIndex(index, sum);
  }
`;
