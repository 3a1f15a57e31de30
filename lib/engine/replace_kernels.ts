/** Kernels of the house in the place of a backend's own. */
import * as tf from "@tensorflow/tfjs-core";

/** What a kernel is called with, and the kernel that it stands before. */
export interface KernelCall<Backend> {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly attributes: tf.NamedAttrMap;
  readonly backend: Backend;
  readonly stock: () => tf.TensorInfo;
}

/** A kernel that stands before TensorFlow.js's own. */
export type Replacement<Backend> = (call: KernelCall<Backend>) => tf.TensorInfo;

/** Puts kernels in the place of a backend's own of the same names. */
export function replaceKernels<Backend>(
  backendName: string,
  kernels: Readonly<Record<string, Replacement<Backend>>>,
): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const { setupFunc, kernelFunc } = tf.getKernel(kernelName, backendName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      setupFunc,
      kernelFunc: (call) =>
        kernel({
          inputs: call.inputs as KernelCall<Backend>["inputs"],
          attributes: call.attrs ?? {},
          backend: call.backend as Backend,
          stock: () => kernelFunc(call) as tf.TensorInfo,
        }),
    });
  }
}
