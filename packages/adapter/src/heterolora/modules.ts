import type { LinearSpec, Model } from '../model.ts';
import type { Place } from '../pass/site.ts';

/** The four LoRA-adapted shortcuts of HeteroLoRA. */
export const SHORTCUTS = ['residual1', 'residual2', 'shortcut1', 'shortcut2'] as const;
export type Shortcut = (typeof SHORTCUTS)[number];

/** A part that a search may switch: the LoRA branch of a linear map, or a shortcut of a layer. */
export interface Module {
  /** Prefix of its parameters' names. */
  readonly path: string;
  readonly kind: 'lora' | Shortcut;
  readonly dIn: number;
  readonly dOut: number;
}

/**
 * A shortcut ends in a sublayer; it starts in the residual stream, or where another sublayer
 * starts.
 */
export interface ShortcutModule extends Module {
  readonly kind: Shortcut;
  /** Path of the sublayer whose output it joins. */
  readonly to: string;
  /** Path of the sublayer whose input it takes; absent: the residual stream at `to`. */
  readonly from?: string;
}

interface Layer {
  readonly attention: Place;
  readonly ffn: Place;
  /** Width of what enters attention, and of the layer's output. */
  readonly dIn: number;
  readonly width: number;
}

/**
 * A model's layers by its own sites. Layers without an attention or feed-forward part are left out.
 */
const layersOf = (model: Model): readonly Layer[] => {
  const uses = model.sites(1, 1);
  return Array.from({ length: model.layers }, (_, layer) => layer).flatMap((layer): readonly Layer[] => {
    const at = (site: string) => uses.find((use) => use.site === site && use.place.layer === layer);
    const [attention, ffn] = [at('attention.logits'), at('ffn.hidden')];
    const first = model.linears.find(({ path }) => attention && path.startsWith(`${attention.place.path}.`));
    if (!attention || !ffn || !first) return [];
    return [{ attention: attention.place, ffn: ffn.place, dIn: first.dIn, width: ffn.shape[ffn.shape.length - 1]! }];
  });
};

/**
 * The shortcuts of a model, layer by layer: `residual1` and `residual2` beside the residuals around
 * attention and feed-forward part, `shortcut1` from a layer's attention input to its output,
 * `shortcut2` from the previous layer's feed-forward input to this one's.
 */
export const shortcutsOf = (model: Model, kinds: readonly Shortcut[]): readonly ShortcutModule[] => {
  const layers = layersOf(model);
  return layers.flatMap(({ attention, ffn, dIn, width }, i) => {
    const before = layers[i - 1];
    const all: readonly ShortcutModule[] = [
      { kind: 'residual1', path: `${attention.path}.residual1`, to: attention.path, dIn, dOut: width },
      ...(before
        ? [
            {
              kind: 'shortcut2' as const,
              path: `${attention.path}.shortcut2`,
              to: attention.path,
              from: before.ffn.path,
              dIn: before.width,
              dOut: width,
            },
          ]
        : []),
      { kind: 'residual2', path: `${ffn.path}.residual2`, to: ffn.path, dIn: width, dOut: width },
      { kind: 'shortcut1', path: `${ffn.path}.shortcut1`, to: ffn.path, from: attention.path, dIn, dOut: width },
    ];
    return all.filter(({ kind }) => kinds.includes(kind));
  });
};

/** The LoRA branches, one for each target. */
export const branchesOf = (targets: readonly LinearSpec[]): readonly Module[] =>
  targets.map(({ path, dIn, dOut }) => ({ path, kind: 'lora', dIn, dOut }));

/** r (d_in + d_out). */
export const sizeOfModule = ({ dIn, dOut }: Module, r: number): number => r * (dIn + dOut);
