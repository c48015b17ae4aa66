import { existsSync, readdirSync } from 'node:fs';

/** What the choice of a provider depends on; the machine's own unless a test says otherwise. */
export type Machine = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** Names in a folder; none where it is absent. */
  readonly list: (path: string) => readonly string[];
};

const here: Machine = {
  platform: process.platform,
  env: process.env,
  exists: existsSync,
  list: (path) => (existsSync(path) ? readdirSync(path) : []),
};

/** Drivers that compute on the CPU. */
const SOFTWARE = /swiftshader|lvp_icd|llvmpipe|lavapipe/i;

/**
 * Why WebGPU has no real device here, or undefined when it may have one. ONNX Runtime does not tell
 * Node the name of its adapter, so on Linux this asks for a device file of a graphics card and for
 * a driver that is not software.
 */
export function noGraphicsCard({ platform, env, exists, list }: Machine = here): string | undefined {
  if (platform !== 'linux') return undefined;
  const drivers = (env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'] ?? '').split(':').filter((file) => file !== '');
  if (drivers.length > 0 && drivers.every((file) => SOFTWARE.test(file))) return 'its only Vulkan driver is software';
  const card =
    exists('/dev/nvidia0') || exists('/dev/dxg') || list('/dev/dri').some((name) => name.startsWith('renderD'));
  return card ? undefined : 'no graphics card is found (/dev/dri/renderD*, /dev/nvidia0, /dev/dxg)';
}
