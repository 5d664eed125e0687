// Where e2e and faults run: shows what the processes that a test started have written, when the test fails.
import { TestEnvironment } from 'jest-environment-node';

export default class ProcessEnvironment extends TestEnvironment {
  handleTestEvent(event) {
    const processes = this.global.testProcesses ?? [];
    if (event.name === 'test_start') for (const one of processes) one.nextTest();
    const failed = event.name === 'hook_failure' || (event.name === 'test_done' && event.test.errors.length > 0);
    if (failed) for (const one of processes) this.global.console.error(one.report());
  }
}
