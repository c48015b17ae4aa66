import { describe, expect, it } from 'vitest';
import { measureSpeed, noGraphicsCard, openEngine } from '../src/index.ts';
import type { Machine } from '../src/onnx/device.ts';

const linux: Machine = { platform: 'linux', env: {}, exists: () => false, list: () => [] };
const card = { list: () => ['by-path', 'card0', 'renderD128'] };

describe('whether there is a graphics card', () => {
  it('asks Linux for a device file', () => {
    expect(noGraphicsCard(linux)).toMatch(/no graphics card/);
    expect(noGraphicsCard({ ...linux, ...card })).toBeUndefined();
    expect(noGraphicsCard({ ...linux, exists: (path) => path === '/dev/nvidia0' })).toBeUndefined();
  });

  it('does not take a software driver for one', () => {
    const withDriver = (name: string, files: string) => noGraphicsCard({ ...linux, ...card, env: { [name]: files } });
    expect(withDriver('VK_DRIVER_FILES', '/x/vk_swiftshader_icd.json')).toMatch(/software/);
    expect(withDriver('VK_ICD_FILENAMES', '/x/lvp_icd.x86_64.json:/y/vk_swiftshader_icd.json')).toMatch(/software/);
    expect(withDriver('VK_DRIVER_FILES', '/x/lvp_icd.x86_64.json:/y/radeon_icd.json')).toBeUndefined();
  });

  it('leaves other systems to their own drivers', () => {
    expect(noGraphicsCard({ ...linux, platform: 'darwin' })).toBeUndefined();
  });
});

describe('measured speed', () => {
  it('is of the right size: more than plain JavaScript can, less than any CPU', async () => {
    const engine = await openEngine('onnx', { threads: 1 });
    const speed = await measureSpeed(engine);
    expect(speed).toBeGreaterThan(0.1);
    expect(speed).toBeLessThan(10_000);
    expect(engine.alive()).toBe(0);
    await engine.close();
  });
});
