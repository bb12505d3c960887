import { availableParallelism } from 'node:os';

/**
 * Unit, property and contract tests run from source; end-to-end tests run the built command. `scripts/test` is the
 * way to run them: it names the run, gives it a folder for temporary files and looks for what was left behind.
 */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  // Not in the folder for temporary files: that one is new with each run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // Many tests wait for real processes, so two at a time also fit on one core; more than four starve each other.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
  // Node keeps something of every file that ran as modules of a context of its own; collecting it costs ever more time.
  workerIdleMemoryLimit: '1GB',
  // A deadline for a hang, never a measure of speed.
  testTimeout: 30_000,
};
