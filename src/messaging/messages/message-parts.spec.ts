import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Database, Tx } from '../../platform/database/database.js';
import { MessageParts, type MessagePart } from './message-parts.js';
import type { MessageDto } from './messages.dto.js';

const message = (id: string): MessageDto => ({ id, reactions: [], metadata: {} }) as unknown as MessageDto;
const hearts = [{ key: '❤', count: 1, user_ids: ['alice' as UserId] }];

const database = {} as Database;

describe('MessageParts', () => {
  it('hands back the very array, and no promise, where no feature has a part', () => {
    const messages = [message('a')];
    expect(new MessageParts(database).complete('client', messages)).toBe(messages);
  });

  it('asks once for all messages, keeps their order, and leaves what it was given alone', async () => {
    const parts = new MessageParts(database);
    const asked: unknown[] = [];
    parts.register({
      fields: ['reactions'],
      load: async (...args) => {
        asked.push(args);
        return new Map([['b', { reactions: hearts }]]);
      },
    });
    const messages = [message('a'), message('b')];
    const whole = await parts.complete('client', messages);
    expect(asked).toEqual([[database, 'client', ['a', 'b'], null]]);
    expect(whole).toEqual([message('a'), { ...message('b'), reactions: hearts }]);
    expect(Object.keys(whole[1]!)).toEqual(Object.keys(message('b')));
    expect(messages).toEqual([message('a'), message('b')]);
  });

  it('asks within the transaction that it is given', async () => {
    const parts = new MessageParts(database);
    const asked: unknown[] = [];
    parts.register({
      fields: ['reactions'],
      load: async (on) => {
        asked.push(on);
        return new Map();
      },
    });
    const tx = {} as Tx;
    await parts.complete('client', [message('a')], { on: tx });
    await parts.complete('client', [message('a')]);
    expect(asked[0]).toBe(tx);
    expect(asked[1]).toBe(database);
  });

  it('asks on behalf of a reader, and never about what was deleted', async () => {
    const parts = new MessageParts(database);
    const load = jest.fn(async () => new Map());
    parts.register({ fields: ['reactions', 'me'], load });
    const deleted = { ...message('b'), deleted_at: '2026-01-01T00:00:00.000Z' };
    await parts.complete('client', [message('a'), deleted], { viewerPk: 'ann' as UserPk });
    expect(await parts.complete('client', [deleted])).toEqual([deleted]);
    expect(load.mock.calls).toEqual([[database, 'client', ['a'], 'ann']]);
  });

  it('asks nobody about no messages', () => {
    const parts = new MessageParts(database);
    parts.register({ fields: ['reactions'], load: () => Promise.reject(new Error('asked')) });
    expect(parts.complete('client', [])).toEqual([]);
  });

  it('refuses a second part of one field', () => {
    const parts = new MessageParts(database);
    const part: MessagePart = { fields: ['reactions'], load: () => Promise.resolve(new Map()) };
    parts.register(part);
    expect(() => parts.register(part)).toThrow('two parts');
  });
});
