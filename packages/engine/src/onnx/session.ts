import * as ort from 'onnxruntime-node';

// What goes wrong is thrown; printing it as well would fill the terminal of whoever only asked what
// works here.
ort.env.logLevel = 'fatal';

/** How much ONNX Runtime fuses by itself when it opens a session. */
export type Fusion = 'disabled' | 'basic' | 'extended' | 'all';

/** How sessions of one engine run. */
export type Runtime = {
  readonly provider: string;
  readonly threads: number;
  readonly fusion: Fusion;
  /** Where each session writes what every operator took when it is released; for measurements. */
  readonly profile?: string;
};

/**
 * Environment variables for a process that keeps many sessions: glibc then keeps freed memory for
 * itself instead of handing it back page by page. Sessions opened there have no arena of their own
 * and share the process' memory: a training run on the embedded model, 19 sessions, peaks at 420 MB
 * instead of 1015, at the same speed. Without them an arena pays: handing pages back costs a step
 * of a wide model 20 %.
 */
export const workerEnvironment = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 25),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
} as const;

/**
 * Opens a session on an ONNX file in memory. `keepOnDevice` leaves its outputs in device memory.
 */
export async function openGraph(
  bytes: Uint8Array,
  runtime: Runtime,
  keepOnDevice: boolean,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(bytes, {
    executionProviders: [runtime.provider],
    intraOpNumThreads: runtime.threads,
    graphOptimizationLevel: runtime.fusion,
    // A plan of one block for a whole run (the memory pattern) is no faster and a quarter larger.
    enableMemPattern: false,
    enableCpuMemArena: !sharesMemory(),
    // Errors still throw; warnings about inputs that share names with nothing would fill the
    // terminal.
    logSeverityLevel: 3,
    ...(runtime.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: runtime.profile }),
    ...(keepOnDevice ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
  });
}

const sharesMemory = (): boolean =>
  process.platform === 'linux' &&
  Object.entries(workerEnvironment).every(([name, value]) => process.env[name] === value);

/**
 * Execution providers the installed onnxruntime-node knows; those not bundled need a library of
 * their own.
 */
export function onnxProviders(): readonly { readonly name: string; readonly bundled: boolean }[] {
  return ort.listSupportedBackends();
}
