import { readingOf, type ReportArm } from '../study/arms/arm.ts';
import { storedOutputs } from '../study/scores/outcome.ts';
import { type Cell, type ExampleMaterial, force } from '../study/study.ts';

/** One run's answer to one example. */
export interface RunAnswer {
  readonly id: string;
  /** Class index, or target value. */
  readonly label: number;
  readonly truth: string;
  /** The class, the value or the text that the run's readout gives. */
  readonly word: string;
  readonly confidence: number | null;
  readonly isRight: boolean | null;
}

/** A class by its name, where names are known. */
export const className = (label: number, material: ExampleMaterial | undefined): string =>
  material?.classes?.[label] ?? String(label);

const mostLikely = (logits: readonly number[]): { readonly top: number; readonly confidence: number } => {
  const most = Math.max(...logits);
  const total = logits.reduce((sum, v) => sum + Math.exp(v - most), 0);
  return { top: logits.indexOf(most), confidence: 1 / total };
};

/** A run's answers to the test examples under an arm's readout; none where it is not stored. */
export const answersOf = (cell: Cell, arm: ReportArm, material: ExampleMaterial | undefined): readonly RunAnswer[] => {
  const reading = readingOf(cell, arm);
  if (reading === null || reading.readout === 'single-members') return [];
  const { readout, members } = reading;
  const rows = force(cell.predictions);
  const outputs = storedOutputs(rows, readout, members);
  return rows.flatMap(({ id, label, texts, references }, i): readonly RunAnswer[] => {
    const written = texts?.[readout] ?? texts?.deterministic;
    if (written !== undefined) {
      const truth = references?.join(' / ') ?? '';
      return [{ id, label, truth, word: written, confidence: null, isRight: references?.includes(written) ?? null }];
    }
    const output = outputs?.[i];
    if (!output) return [];
    if (output.length < 2)
      return [
        { id, label, truth: label.toFixed(2), word: (output[0] ?? 0).toFixed(2), confidence: null, isRight: null },
      ];
    const { top, confidence } = mostLikely(output);
    const isRight = top === label;
    return [{ id, label, truth: className(label, material), word: className(top, material), confidence, isRight }];
  });
};
