import * as tf from '@tensorflow/tfjs';

/**
 * Runs `body` with a tfjs backend that is already initialised, then puts the former one back.
 * Several engines share the one global tfjs engine of a process; the switch is synchronous, so they
 * never see each other's.
 */
export function onBackend<T>(backend: string, body: () => T): T {
  const former = tf.getBackend();
  switchTo(backend);
  try {
    return body();
  } finally {
    if (former) switchTo(former);
  }
}

/** setBackend is async only for a backend's first start; `startBackend` has awaited that. */
function switchTo(backend: string): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}

/**
 * Starts a registered tfjs backend and leaves the former one active. Throws when it cannot start.
 */
export async function startBackend(backend: string): Promise<void> {
  const former = tf.getBackend();
  const started = await tf.setBackend(backend);
  if (former) await tf.setBackend(former);
  if (!started) throw new Error(`the tfjs backend "${backend}" did not start`);
}

/**
 * Runs `body` in one tidy. When it throws inside a gradient or in tf.variable, tfjs has closed its
 * scopes but still holds the tensors saved on the tape and the half-made variables; they are freed
 * here, so that a failed step leaks nothing.
 */
export function tidyOrFree<T extends tf.TensorContainer>(body: () => T): T {
  const { state } = tf.engine();
  const before = new Set(Object.values(state.registeredVariables));
  try {
    return tf.tidy(body);
  } catch (error) {
    if (state.gradientDepth === 0) {
      // tfjs keeps no tape before the first gradient, whatever its types say.
      state.activeTape?.forEach((node) => node.saved?.forEach((tensor) => tensor.dispose()));
      state.activeTape = [];
    }
    Object.values(state.registeredVariables).forEach((made) => before.has(made) || made.dispose());
    throw error;
  }
}
