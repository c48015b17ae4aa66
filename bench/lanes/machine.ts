import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measureSpeed, openEngine } from '@lab/engine';

/** What a figure was measured on. */
export interface BenchMachine {
  readonly processor: string;
  /** Parts of the instruction set that matrix products use. */
  readonly instructions: readonly string[];
  readonly cores: number;
  readonly memoryGB: number;
  /**
   * GFLOP/s of one core in large square products: of ONNX Runtime, and of PyTorch if it is there.
   */
  readonly products: { readonly onnx: number; readonly float32?: number; readonly bfloat16?: number };
  /** Load when the measurement began. */
  readonly load: number;
}

const WANTED = ['avx2', 'avx512f', 'avx512_vnni', 'avx_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16', 'asimd', 'i8mm'];

const instructionsOf = (): readonly string[] => {
  const file = '/proc/cpuinfo';
  const line = existsSync(file) ? /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] : '';
  const flags = new Set((line ?? '').trim().split(' '));
  return WANTED.filter((name) => flags.has(name));
};

/** Family and model beside the name, which hypervisors often shorten. */
const processorName = (): string => {
  const name = cpus()[0]?.model.trim() ?? 'unknown processor';
  const text = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const [family, model] = ['cpu family', 'model'].map((key) => new RegExp(`^${key}\\s*: (\\d+)$`, 'm').exec(text)?.[1]);
  return family === undefined ? name : `${name} (family ${family}, model ${model})`;
};

/** Measures the machine; about three seconds. */
export const machineHere = async (python: string | null): Promise<BenchMachine> => {
  const load = loadavg()[0] ?? 0;
  const engine = await openEngine('onnx', { threads: 1 });
  const onnx = await measureSpeed(engine);
  await engine.close();
  const script = fileURLToPath(new URL('../peer/products.py', import.meta.url));
  const torch = python
    ? (JSON.parse(execFileSync(python, [script], { encoding: 'utf8' })) as { float32: number; bfloat16: number })
    : {};
  return {
    processor: processorName(),
    instructions: instructionsOf(),
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    products: { onnx, ...torch },
    load,
  };
};

/** One line for people. */
export const describeMachine = ({ processor, instructions, cores, memoryGB, products, load }: BenchMachine): string => {
  const rates = Object.entries(products).map(([name, rate]) => `${name} ${rate.toFixed(0)}`);
  return (
    `${processor}, ${cores} cores, ${memoryGB} GB;\n${instructions.join(', ')};\n` +
    `products on one core, GFLOP/s: ${rates.join(', ')}; load ${load.toFixed(1)} at the start`
  );
};
