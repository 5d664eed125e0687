import { Problem } from '../../../platform/common/problem.js';
import type { AppendRepository } from './append.repository.js';
import { BatchRunner } from './batch-runner.js';
import { HELD, type NewMessage } from './new-message.js';

const message = (id: string, room_id: string): NewMessage => ({ id, room_id, client_id: 'c' }) as NewMessage;

describe('a batch that is run in halves', () => {
  it('keeps the order of a room that was held for its first messages and free for its last', async () => {
    const written: string[] = [];
    let locked = true;
    const append = async (batch: NewMessage[]) => {
      if (batch.some(({ id }) => id === 'bad')) throw new Error('a bad row');
      const verdicts = batch.map(({ id, room_id }) => {
        if (room_id === 'busy' && locked) return HELD;
        written.push(id);
        return { verdict: 'sent', message: { id } };
      });
      locked = false;
      return verdicts;
    };
    const batch = [message('1', 'busy'), message('a', 'other'), message('bad', 'other'), message('2', 'busy')];
    const verdicts = await new BatchRunner({ append } as unknown as AppendRepository).run(batch);
    expect(verdicts).toMatchObject([HELD, { verdict: 'sent' }, { code: 'internal' }, HELD]);
    expect(written).toEqual(['a']);
  });

  it('keeps what its first half came to when the room is locked again for the second', async () => {
    const append = async (batch: NewMessage[]) => {
      if (batch.length > 2) throw new Error('a bad row');
      if (batch[0]!.id === '3') throw new Problem('overloaded', 'The room is locked.');
      return batch.map(({ id }) => ({ verdict: 'sent', message: { id } }));
    };
    const batch = ['1', '2', '3', '4'].map((id) => message(id, 'busy'));
    const verdicts = await new BatchRunner({ append } as unknown as AppendRepository).run(batch, 5_000);
    expect(verdicts).toMatchObject([
      { verdict: 'sent' },
      { verdict: 'sent' },
      { code: 'overloaded' },
      { code: 'overloaded' },
    ]);
  });
});
