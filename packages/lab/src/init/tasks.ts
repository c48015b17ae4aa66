/** What `lab init` can write a study for. */
export const initTasks = ['classification', 'regression', 'text-to-text', 'extractive-qa'] as const;
export type InitTask = (typeof initTasks)[number];
