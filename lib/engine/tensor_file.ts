import { openSource } from "./byte_source.ts";
import { openSafetensors } from "./safetensors.ts";
import type { StoredFile } from "./stored.ts";
import { isTorchFile, openTorchFile, type TorchFileOptions } from "./torch_file.ts";

/**
 * Opens a file of tensors, of safetensors or of PyTorch: its first bytes tell which. Tensors are read one by one.
 *
 * @param options for files of PyTorch
 * @throws as `openSafetensors` and `openTorchFile`
 */
export function openTensors(path: string, options: TorchFileOptions = {}): StoredFile {
  const isTorch = () => {
    using source = openSource(path);
    return isTorchFile(source);
  };
  if (isTorch()) return openTorchFile(path, options);
  try {
    return openSafetensors(path);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const Same = error.constructor as typeof TypeError;
    throw new Same(`Cannot read "${path}", no file of PyTorch, as one of safetensors. ${error.message}`, {
      cause: error,
    });
  }
}
