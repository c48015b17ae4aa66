import fc from 'fast-check';

// Property tests draw the same cases on every machine; LAB_SEED explores others.
fc.configureGlobal({ seed: Number(process.env.LAB_SEED ?? 20_240_415) });
