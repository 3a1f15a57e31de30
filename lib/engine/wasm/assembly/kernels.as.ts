// The module's exports. Every kernel ends in (from, to, chunk, scratch): the range of its work that one call does,
// the number of that range, and memory of the calling thread. A kernel that sums over its range writes partial sum
// number `chunk`; how many there are depends on the shape alone, so that no thread count changes a bit.
export { matmulBatch, matmulColumns, matmulRows, matmulScratch } from "./matmul.as";
export { conv2d, conv2dFilterGrad, conv2dInputGrad, conv2dScratch } from "./conv2d.as";
export { winograd, winogradFilter, winogradFilterGrad, winogradScratch } from "./winograd.as";
export { depthwise, depthwiseFilterGrad, depthwiseScratch } from "./depthwise.as";
export { depthwiseAny, depthwiseAnyFilterGrad, depthwiseAnyInputGrad } from "./depthwise_any.as";
export { layerNorm, layerNormGrad } from "./layer_norm.as";
export { batchNorm, batchNormGrad, batchNormScratch, batchNormSums, centredSquares } from "./batch_norm.as";
export { gelu, geluGrad } from "./gelu.as";
export { logSoftmaxGrad, softmax, softmaxGrad } from "./softmax.as";
export { addPartials, columnSums, middleSums, rowSums, segmentSums, totalSum } from "./reduce.as";
export { activationGrad, addScaled, addScaledGrad } from "./rows.as";
export { combine, combineBlocks } from "./combine.as";
export {
  absGrad,
  change,
  clip,
  compare,
  fill,
  fromBool,
  leakyRelu,
  leakyReluGrad,
  scale,
  select,
  step,
  tanh,
} from "./elementwise.as";
export { copyBlocks } from "./blocks.as";
export { transposeBands, transposePlanes } from "./transpose.as";
export { adam } from "./adam.as";
export { avgPoolGrad, maxPoolGrad, pool } from "./pool.as";
export { upsample, upsampleGrad } from "./upsample.as";
