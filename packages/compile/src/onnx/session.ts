import * as ort from 'onnxruntime-node';

/** How sessions of one engine run. */
export type Runtime = { readonly provider: string; readonly threads: number };

/** Opens a session on an ONNX file in memory. `keepOnDevice` leaves its outputs in device memory. */
export async function openSession(
  bytes: Uint8Array,
  runtime: Runtime,
  keepOnDevice: boolean,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(bytes, {
    executionProviders: [runtime.provider],
    intraOpNumThreads: runtime.threads,
    graphOptimizationLevel: 'all',
    // Errors still throw; warnings about inputs that share names with nothing would fill the terminal.
    logSeverityLevel: 3,
    ...(keepOnDevice ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
  });
}

/** Execution providers the installed onnxruntime-node knows; those not bundled need a library of their own. */
export function onnxProviders(): readonly { readonly name: string; readonly bundled: boolean }[] {
  return ort.listSupportedBackends();
}
