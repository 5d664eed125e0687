// In which order jest runs the files.
import Sequencer from '@jest/test-sequencer';

/** What takes longest, for it starts many processes or waits for what was lost to be noticed: from the longest on. */
const LONG = [
  'e2e/processes',
  'e2e/cli',
  'integration/groups/1',
  'integration/groups/2',
  'integration/groups/3',
  'integration/groups/4',
  'integration/groups/5',
  'integration/groups/6',
  'integration/groups/7',
  'integration/fairness',
  'e2e/commands',
  'e2e/security-matrix',
  'integration/linear',
  'e2e/webhooks-killed',
  'e2e/presence-cluster',
  'e2e/presence',
  'e2e/transports',
  'e2e/health',
  'integration/priorities',
  'e2e/socket-matrix',
  'e2e/link-previews',
  'e2e/raw-websocket',
  'e2e/convergence',
  'integration/cluster',
  'integration/routing',
  'e2e/realtime-handshake',
].map((name) => `/test/${name}.test.ts`);

/** A file that takes long and comes last would keep one worker while the other has nothing left to do. */
export default class LongestFirst extends Sequencer {
  /** By how long they took the last time, which jest keeps; where it knows of none, as in a fresh clone, by this list. */
  sort(tests) {
    const place = ({ path, duration }) => {
      const at = duration === undefined ? LONG.findIndex((name) => path.endsWith(name)) : -1;
      return at === -1 ? LONG.length : at;
    };
    return super.sort(tests).toSorted((a, b) => place(a) - place(b));
  }
}
