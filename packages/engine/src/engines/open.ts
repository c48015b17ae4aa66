import * as tf from '@tensorflow/tfjs';
import { BadInput, messageOf, packageVersion } from '@lab/records';
import { startBackend } from './backend.ts';
import { eagerEngine } from './eager.ts';
import type { Engine, EngineName } from '../engine.ts';
import { startTensorFlow } from './native.ts';
import { noGraphicsCard } from '../onnx/device.ts';
import { measureSpeed } from './speed.ts';

/**
 * `threads`: how many threads one operation may use. `provider`: execution provider of the `onnx`
 * engine.
 */
export type EngineOptions = { readonly threads?: number; readonly provider?: string };

/** Engines from the one that is tried first to the one that always works. */
export const ENGINES: readonly EngineName[] = ['gpu', 'onnx', 'tensorflow', 'wasm', 'js'];

/** One line of `lab doctor`: can this engine be opened here, and why (not). */
export type EngineProbe = { readonly name: EngineName; readonly available: boolean; readonly reason: string };

const OPEN: { readonly [name in EngineName]: (options: EngineOptions) => Promise<Engine> } = {
  gpu: async ({ threads }) =>
    eagerEngine({ name: 'gpu', description: await startTensorFlow('gpu', threads), backend: 'tensorflow' }),
  onnx: async (options) => (await import('../onnx/engine.ts')).onnxEngine(options),
  tensorflow: async ({ threads }) =>
    eagerEngine({
      name: 'tensorflow',
      description: await startTensorFlow('tensorflow', threads),
      backend: 'tensorflow',
    }),
  wasm: async () => {
    // Loaded late: importing the wasm backend makes it tfjs' first choice, asynchronous, for code
    // that opens no engine.
    const { startWasm } = await import('./wasm.ts');
    await startWasm();
    const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ', SIMD' : '';
    const description = `@tensorflow/tfjs-backend-wasm ${versionOf('tfjs-backend-wasm')}, eager${simd}, 1 thread`;
    return eagerEngine({ name: 'wasm', description, backend: 'wasm' });
  },
  js: async () => {
    await startBackend('cpu');
    const description = `@tensorflow/tfjs ${versionOf('tfjs')}, eager, plain JavaScript, 1 thread`;
    return eagerEngine({ name: 'js', description, backend: 'cpu' });
  },
};

/**
 * Opens one engine by name.
 * @throws BadInput (an Error of that name) when the name is unknown or its library is not usable
 *   here, with the reason
 */
export async function openEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  if (!ENGINES.includes(name)) {
    throw new BadInput(`Engine "${String(name)}" is unknown: use one of ${ENGINES.join(', ')}.`);
  }
  quietTfjs();
  return OPEN[name](options);
}

/** Tries every engine once, best first, and closes it again. */
export async function probeEngines(options: EngineOptions = {}): Promise<readonly EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of ENGINES) {
    try {
      const engine = await openEngine(name, options);
      probes.push({ name, available: true, reason: engine.description });
      await engine.close();
    } catch (error) {
      probes.push({ name, available: false, reason: messageOf(error) });
    }
  }
  return probes;
}

/**
 * The compiled engine on WebGPU, where there is a graphics card and it multiplies faster than the
 * CPU (a driver that only pretends does not); otherwise on the CPU. Says why.
 */
async function openOnnx(options: EngineOptions): Promise<{ readonly engine: Engine; readonly why: string }> {
  const cpu = await openEngine('onnx', options);
  const absent = noGraphicsCard();
  if (absent !== undefined) return { engine: cpu, why: `on the CPU: ${absent}` };
  let device: Engine;
  try {
    device = await openEngine('onnx', { ...options, provider: 'webgpu' });
  } catch (error) {
    return { engine: cpu, why: `on the CPU: ${messageOf(error)}` };
  }
  const [own, other] = [await measureSpeed(cpu), await measureSpeed(device)];
  const compared = `webgpu ${other.toFixed(0)} GFLOP/s, CPU ${own.toFixed(0)} GFLOP/s`;
  const [engine, unused] = other > own ? [device, cpu] : [cpu, device];
  await unused.close();
  return { engine, why: compared };
}

/**
 * Opens the engine that was asked for, or for `auto` the first of gpu, onnx, tensorflow, wasm, js
 * that works here. A provider that was asked for is the one that runs, on the engine onnx.
 * @returns the engine and, as text for people and for the record, why it is this one
 */
export async function openBest(
  choice: 'auto' | EngineName,
  options: EngineOptions = {},
): Promise<{ readonly engine: Engine; readonly reason: string }> {
  const { provider } = options;
  if (provider !== undefined && choice !== 'auto' && choice !== 'onnx')
    throw new BadInput(`--provider ${provider} belongs to the engine onnx, which --engine ${choice} rules out`);
  if (provider !== undefined)
    return { engine: await openEngine('onnx', options), reason: `asked for: onnx on provider ${provider}` };
  if (choice !== 'auto') return { engine: await openEngine(choice, options), reason: `asked for: ${choice}` };
  const refused: string[] = [];
  for (const name of ENGINES) {
    try {
      const { engine, why } =
        name === 'onnx' ? await openOnnx(options) : { engine: await openEngine(name, options), why: undefined };
      const chosen = `auto: ${name} is the first that works here${why === undefined ? '' : ` (${why})`}`;
      return { engine, reason: [chosen, ...refused].join('; ') };
    } catch (error) {
      refused.push(messageOf(error));
    }
  }
  throw new BadInput(`No engine works here: ${refused.join(' ')}`);
}

/**
 * tfjs advises on the console at its first operation under Node; the choice is ours and already
 * made.
 */
function quietTfjs(): void {
  tf.env().set('PROD', true);
}

function versionOf(name: string): string {
  return packageVersion(`@tensorflow/${name}`, import.meta.url);
}
