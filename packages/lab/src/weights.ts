import { fingerprintOf } from '@lab/models';

/** The override that puts the fingerprint of a weights folder into every run's config: two folders of weights are two models. */
export const weightsOverride = (folder: string): string => `model.weights="${fingerprintOf(folder)}"`;
