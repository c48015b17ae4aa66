import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { probeEngines } from '@lab/tensor';

/** `lab doctor`: which engines work here, and why the others do not. */
export const doctor = async ({ json }: { readonly json: boolean }): Promise<void> => {
  const engines = await probeEngines();
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    freeGB: Math.round(freemem() / 2 ** 30),
  };
  if (json) return console.log(JSON.stringify({ machine, engines }, null, 2));
  console.log(
    `Node ${machine.node}; ${machine.cpu}, ${machine.cores} cores; ${machine.freeGB} of ${machine.memoryGB} GB free`,
  );
  for (const { name, available, reason } of engines)
    console.log(`${available ? 'yes' : 'no '}  ${name.padEnd(10)} ${reason}`);
};
