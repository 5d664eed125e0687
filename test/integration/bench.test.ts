import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { costsByStage, STAGES } from '../../bench/support/stages.js';

const root = resolve(import.meta.dirname, '../..');

describe('the stages of the profile', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });

  it.each(STAGES.flatMap(({ sources = [] }) => sources))('name sources that there are: %s', (path) => {
    expect(files.filter((file) => file.startsWith(path) && file.endsWith('.ts'))).not.toEqual([]);
  });

  it('count native work for the file of ours that asked for it', () => {
    const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
      id,
      callFrame: { functionName, url },
      children,
    });
    const sources = 'file:///srv/chatapi/dist/src';
    const profile = {
      nodes: [
        frame(1, '(root)', '', [2]),
        frame(2, 'send', `${sources}/messaging/messages/messages.service.js`, [3]),
        frame(3, 'verify', `${sources}/tenancy/keys/key.guard.js`, [4]),
        frame(4, 'hash', '', []),
      ],
      samples: [4, 2, 2],
      timeDeltas: [100, 200, 100],
    };
    const { costs } = costsByStage(profile as unknown as Parameters<typeof costsByStage>[0]);
    expect(costs).toEqual([
      { name: expect.stringContaining('message path'), share: 0.75 },
      { name: expect.stringContaining('key check'), share: 0.25 },
    ]);
  });
});
