/** Builders that simplify while they record: what a kernel's lowering is written with. */
export * from './arithmetic.ts';
export * from './reduce.ts';
export * from './views.ts';
