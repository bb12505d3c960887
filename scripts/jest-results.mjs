/** A jest reporter that writes the results to the file $JEST_RESULTS for scripts/test.mjs; it says nothing on screen. */
import { writeFileSync } from 'node:fs';

export default class JestResults {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = results;
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    const skipped = tests.filter(({ status }) => status === 'pending').map(({ fullName }) => fullName);
    const counts = {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites,
      skipped: numPendingTests + numTodoTests,
    };
    writeFileSync(process.env.JEST_RESULTS, JSON.stringify({ ...counts, skippedNames: skipped }));
  }
}
