import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const processIsForTheEntries = 'Only monkey/cli and app/main.ts read the environment or end the process: pass it in.';

const wholeZod = "`import * as z from 'zod'`: the name `z` brings all of zod, with every language, into the bundle.";

const ofTheProcess = ['env', 'exit', 'exitCode', 'argv', 'abort', 'chdir', 'umask'];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'test/scripts/layers/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      'no-restricted-properties': [
        'error',
        ...ofTheProcess.map((property) => ({ object: 'process', property, message: processIsForTheEntries })),
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['process', 'node:process'].map((name) => ({ name, message: 'Use the global `process`.' })) },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier", message: wholeZod },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Numbers read well in messages; objects and undefined stay refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => stop()` is how a callback is written; the value is not used by mistake there.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An interface is a port that somebody implements, a type is a record: both are wanted.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // An in-memory implementation of an asynchronous port must reject, not throw, and has nothing to await.
      '@typescript-eslint/require-await': 'off',
      // A `while (true)` with a return inside is the plainest way to write a follower's loop.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // A listener may be asynchronous where it catches for itself; conditions and spreads stay checked.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, properties: false } },
      ],
    },
  },
  {
    // The command line and the app's entry are where the environment comes in and the exit code goes out.
    files: ['monkey/cli/**/*.ts', 'app/main.ts', 'scripts/**/*.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A suite is one long function, and a table of cases one long file.
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off',
      'no-console': 'off',
      // Tests look into JSON that came over a wire, and an undefined element fails the test all by itself.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Fakes do nothing on purpose, and `expect(fake.method)` does not call it.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
