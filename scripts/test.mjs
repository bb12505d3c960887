/**
 * Runs jest and looks after it: what the tests leave behind (a process, a file) is a failure, and so is a suite that
 * crashed, a test runner that does not come to its end and, with --all, a check that did not pass.
 *
 * Every run has a name and a folder of its own for temporary files, so that two may run side by side.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const usage = `Usage: scripts/test [--all] [jest arguments]
Runs the tests that take up to ten minutes together. --all adds the long ones (*.long.test.ts) and \`npm run check\`.
Anything else goes to jest: scripts/test test/pool -t 'drains'. The last line counts; exit: 0 all passed, 1 not, 2 usage.`;

const root = new URL('..', import.meta.url).pathname;
const given = process.argv.slice(2);
const all = given.includes('--all');
const jestArgs = given.filter((arg) => arg !== '--all');
const longAsked = all || jestArgs.some((arg) => arg.includes('.long.test'));
const deadlineMs = (all ? 75 : 30) * 60_000;
/** How long a test runner may take to end once its results are written: a test left a handle open otherwise. */
const lingerMs = 30_000;
/** How long processes that were told to end may take. */
const graceMs = 5_000;

const run = `run-${randomBytes(6).toString('hex')}`;

/** Starts a program as a group of its own; resolves with its exit code, or a reason why there is none. */
const supervise = (args, env, finished) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit', detached: true });
    const end = (outcome) => {
      clearTimeout(deadline);
      clearInterval(watch);
      resolve(outcome);
    };
    const stop = (outcome) => {
      kill(-child.pid, 'SIGKILL');
      end(outcome);
    };
    const deadline = setTimeout(() => stop(`took more than ${deadlineMs / 60_000} minutes`), deadlineMs);
    let finishedMs;
    const watch = setInterval(() => {
      if (finishedMs === undefined && finished()) finishedMs = performance.now();
      if (performance.now() - finishedMs > lingerMs) stop('did not end: a test left a handle open');
    }, 1_000);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(`was stopped by ${signal}`));
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(code ?? `was ended by ${signal}`));
  });

const kill = (pid, signal) => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
};

const readOr = (file, otherwise) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
};

/** Processes that the tests started, however deep: they carry the run's name in their environment. Linux only. */
const survivors = () =>
  (process.platform === 'linux' ? readdirSync('/proc') : [])
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => readOr(`/proc/${pid}/environ`, '').includes(`DOCTOR_MONKEY_TEST_RUN=${run}`))
    .map((pid) => ({ pid: Number(pid), command: readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' ').trim() }));

/** Waits a moment for what is just ending; names, and ends, what is not. */
const leakedProcesses = async () => {
  const untilMs = performance.now() + graceMs;
  while (survivors().length > 0 && performance.now() < untilMs) await sleep(100);
  const left = survivors();
  for (const { pid } of left) kill(pid, 'SIGKILL');
  return left.map(({ pid, command }) => `process ${pid} outlived the tests: ${command}`);
};

/** What the reporter wrote, as counts and the lines worth repeating at the end. */
const summary = (resultsFile, outcome) => {
  const text = readOr(resultsFile, undefined);
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0, crashed: [], lines: [`jest ${reason(outcome)}`] };
  const { passed, failed, skipped, crashed, skippedNames } = JSON.parse(text);
  const reasons = skippedNames.filter((name) => name.includes('(skipped: '));
  // For a crash jest ends with 1; any other end has a reason of its own.
  const unexplained = failed === 0 && outcome !== 0 && !(crashed.length > 0 && outcome === 1);
  const lines = unexplained ? [...reasons, `jest ${reason(outcome)}`] : reasons;
  return { passed, failed: failed + (unexplained ? 1 : 0), skipped, crashed, lines };
};

const reason = (outcome) => (typeof outcome === 'number' ? `ended with exit code ${outcome}` : outcome);

/** One pass of jest with a folder of its own; `name` is the pass, `more` its arguments. */
const jest = async (parent, name, more) => {
  const folder = join(parent, name);
  const resultsFile = join(folder, 'results.json');
  const temporary = join(folder, 't');
  mkdirSync(temporary, { recursive: true });
  const env = { ...process.env, TMPDIR: temporary, DOCTOR_MONKEY_TEST_RUN: run, JEST_RESULTS: resultsFile };
  const report = ['--reporters', 'default', '--reporters', `${root}scripts/jest-results.mjs`];
  const node = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  // What was given goes first: jest takes all words after --reporters for reporters.
  const args = [...node, 'node_modules/jest/bin/jest.js', ...jestArgs, ...more, ...report];
  const outcome = await supervise(args, env, () => existsSync(resultsFile));
  const leaks = [
    ...(await leakedProcesses()),
    ...readdirSync(temporary).map((left) => `the tests left ${left} in the folder for temporary files`),
  ];
  return { ...summary(resultsFile, outcome), leaks };
};

const quick = ['--testPathIgnorePatterns', '/node_modules/', '\\.long\\.test\\.ts$'];
/** Each brings a whole system of its own and puts it under load: one at a time, or they starve each other. */
const long = ['--runInBand', '--passWithNoTests', '--testMatch', '<rootDir>/test/**/*.long.test.ts'];

/**
 * Node itself has crashed under a test file (an assertion of V8's, say): that tells nothing of what is tested. Such a
 * file is run again, once, by itself, and that is said. A file under which it crashes again has failed.
 */
const again = async (folder, { crashed }) => {
  if (crashed.length === 0) return [];
  const files = crashed.map(({ file }) => file);
  const result = await jest(folder, 'again', ['--testMatch', ...files]);
  const lines = crashed.map(
    ({ file, signal }) => `${relative(root, file)}: its process crashed in Node (${signal}); it was run again`,
  );
  return [asFailed({ ...result, lines: [...lines, ...result.lines] })];
};

const asFailed = (result) => ({ ...result, failed: result.failed + result.crashed.length });

const passes = async (folder) => {
  if (longAsked && !all) return [asFailed(await jest(folder, 'long', long))];
  const first = await jest(folder, 'quick', quick);
  const quickOnes = [first, ...(await again(folder, first))];
  return all ? [...quickOnes, asFailed(await jest(folder, 'long', long))] : quickOnes;
};

const check = async () => {
  const outcome = await supervise(['scripts/check.mjs'], process.env, () => false);
  return outcome === 0 ? [] : [`npm run check ${reason(outcome)}`];
};

const main = async () => {
  const checkProblems = all ? await check() : [];
  const folder = mkdtempSync(join(tmpdir(), 'dm-'));
  try {
    const results = await passes(folder);
    const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
    for (const line of [...results.flatMap(({ lines, leaks }) => [...lines, ...leaks]), ...checkProblems])
      console.log(line);
    const leaked = results.flatMap(({ leaks }) => leaks).length;
    const skipped = total('skipped');
    const allPassed = total('passed') + (all && checkProblems.length === 0 ? 1 : 0);
    const allFailed = total('failed') + leaked + checkProblems.length;
    console.log(`${allPassed} passed, ${allFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    return allFailed === 0 && allPassed > 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};

if (given.includes('--help') || given.includes('-h')) console.log(usage);
else process.exitCode = await main();
