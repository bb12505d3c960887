/** A jest reporter that writes the results to the file $JEST_RESULTS for scripts/test.mjs; it says nothing on screen. */
import { writeFileSync } from 'node:fs';

/**
 * What ends a process from within Node or V8 (an assertion of theirs, a bad address). Signals that somebody sends, and
 * SIGABRT, which is how Node ends without memory, may be a fault of ours: they count as failures at once.
 */
const crash = /jest worker process .* was terminated by another process: signal=(SIGTRAP|SIGSEGV|SIGBUS|SIGILL),/;

const crashOf = ({ testFilePath, testExecError }) => {
  const signal = crash.exec(testExecError?.message ?? '')?.[1];
  return signal === undefined ? [] : [{ file: testFilePath, signal }];
};

export default class JestResults {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = results;
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    const skipped = tests.filter(({ status }) => status === 'pending').map(({ fullName }) => fullName);
    const crashed = results.testResults.flatMap(crashOf);
    const counts = {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites - crashed.length,
      skipped: numPendingTests + numTodoTests,
    };
    writeFileSync(process.env.JEST_RESULTS, JSON.stringify({ ...counts, crashed, skippedNames: skipped }));
  }
}
