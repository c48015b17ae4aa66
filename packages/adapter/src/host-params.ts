import type { Float32HostArray } from '@lab/engine';

/** Parameters or weights on the host by name. */
export type HostParams = { readonly [name: string]: Float32HostArray };
