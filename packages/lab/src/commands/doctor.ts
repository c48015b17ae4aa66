import { messageOf } from '@lab/records';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import {
  ENGINES,
  measureSpeed,
  noGraphicsCard,
  onnxProviders,
  openBest,
  openEngine,
  type EngineName,
} from '@lab/engine';

/**
 * One way of running a step: an engine, its provider where it has several, and its thread count.
 */
interface Way {
  readonly engine: EngineName;
  readonly provider?: string;
  readonly threads: number;
}

interface Finding extends Way {
  readonly available: boolean;
  /** What it is, or why it does not work here. */
  readonly reason: string;
  /** Matrix products, float32. */
  readonly gflops: number | null;
}

const tried = async (way: Way): Promise<Finding> => {
  const { engine: name, threads, provider } = way;
  const absent = provider === 'webgpu' ? noGraphicsCard() : undefined;
  if (absent !== undefined) return { ...way, available: false, reason: absent, gflops: null };
  try {
    const engine = await openEngine(name, { threads, ...(provider === undefined ? {} : { provider }) });
    const gflops = await measureSpeed(engine);
    await engine.close();
    return { ...way, available: true, reason: engine.description, gflops };
  } catch (error) {
    const bundled = provider === undefined || onnxProviders().some((one) => one.name === provider && one.bundled);
    const reason = messageOf(error).replace(/\n.*/s, '');
    return { ...way, available: false, reason: bundled ? reason : `${reason} (not in the npm package)`, gflops: null };
  }
};

/** What is worth trying, by what is missing. */
const advice = (findings: readonly Finding[], cores: number): readonly string[] => {
  const works = (engine: EngineName) => findings.some((finding) => finding.engine === engine && finding.available);
  const card = noGraphicsCard();
  return [
    ...(works('gpu')
      ? []
      : [
          'NVIDIA card: npm run setup:tensorflow -- --gpu (engine gpu), ' +
            'or --engine onnx --provider cuda with its libraries',
        ]),
    ...(card === undefined
      ? ['The graphics card: --engine onnx --provider webgpu; auto takes it when it is faster than the CPU']
      : [`Other graphics cards: a Vulkan driver (webgpu: ${card})`]),
    ...(works('tensorflow') ? [] : ['For comparison only: npm run setup:tensorflow (engine tensorflow)']),
    cores > 1
      ? `Sweeps: one thread a worker, ${cores} workers; a single run: --threads ${cores}`
      : 'One core: one worker of one thread',
  ];
};

/**
 * `lab doctor`: which engines and providers work here, how fast, why the others do not, and how to
 * get a faster one.
 */
export const doctor = async ({ json }: { readonly json: boolean }): Promise<void> => {
  const cores = availableParallelism();
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    freeGB: Math.round(freemem() / 2 ** 30),
  };
  const providers = onnxProviders();
  const counts = cores > 1 ? [1, cores] : [1];
  const ways = ENGINES.flatMap((name): readonly Way[] =>
    name === 'onnx'
      ? providers.flatMap(({ name: provider }) =>
          (provider === 'cpu' ? counts : [1]).map((threads) => ({ engine: name, provider, threads })),
        )
      : [{ engine: name, threads: 1 }],
  );
  const findings: Finding[] = [];
  for (const way of ways) findings.push(await tried(way));
  const { engine: best, reason: chosen } = await openBest('auto', { threads: cores });
  await best.close();
  const hints = advice(findings, cores);
  const engines = ENGINES.map((name) => {
    const own = findings.filter(({ engine }) => engine === name);
    const { available = false, reason = '' } = own.find((finding) => finding.available) ?? own[0] ?? {};
    return { name, available, reason };
  });
  if (json)
    return console.log(
      JSON.stringify({ machine, engines, chosen, providers, speeds: findings, advice: hints }, null, 2),
    );

  console.log(
    `Node ${machine.node}; ${machine.cpu}, ${cores} cores; ${machine.freeGB} of ${machine.memoryGB} GB free\n`,
  );
  for (const { engine, provider, threads, available, reason, gflops } of findings) {
    const way =
      `${engine}${provider === undefined ? '' : ` ${provider}`}, ` + `${threads} thread${threads === 1 ? '' : 's'}`;
    const speed = gflops === null ? '' : `${gflops.toFixed(gflops < 10 ? 1 : 0)} GFLOP/s`;
    console.log(`${available ? 'yes' : 'no '}  ${way.padEnd(24)} ${speed.padStart(12)}  ${reason}`);
  }
  console.log(`\nWhat a run takes unless told otherwise: ${chosen}\n`);
  for (const hint of hints) console.log(hint);
};
