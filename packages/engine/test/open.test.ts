import { existsSync } from 'node:fs';
import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { openBest } from '../src/index.ts';

describe('a provider that was asked for', () => {
  it.each(['auto', 'onnx'] as const)('and cannot start is refused, not replaced (--engine %s)', async (engine) => {
    const opened = openBest(engine, { provider: 'webgpux' });
    await expect(opened).rejects.toThrow(BadInput);
    await expect(opened).rejects.toThrow(/provider "webgpux" is unknown here; this onnxruntime-node has .*cpu/);
  });

  it('is refused for an engine that has none', async () => {
    await expect(openBest('js', { provider: 'webgpu' })).rejects.toThrow(
      '--provider webgpu belongs to the engine onnx, which --engine js rules out',
    );
  });

  it.skipIf(existsSync('/dev/nvidia0'))('cuda says what is missing, with or without its libraries', async () => {
    await expect(openBest('onnx', { provider: 'cuda' })).rejects.toThrow(
      /provider "cuda" (does not start: (its libraries or the driver|CUDA driver)|is unknown here)/,
    );
  });

  it('that works is the one that runs', async () => {
    const { engine, reason } = await openBest('auto', { provider: 'cpu' });
    expect(engine.description).toContain('provider cpu');
    expect(reason).toBe('asked for: onnx on provider cpu');
    await engine.close();
  });
});
