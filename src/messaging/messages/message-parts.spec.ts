import type { UserId } from '../../platform/common/ids.js';
import type { Database, Tx } from '../../platform/database/database.js';
import { MessageParts } from './message-parts.js';
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
      field: 'reactions',
      load: async (...args) => {
        asked.push(args);
        return new Map([['b', hearts]]);
      },
    });
    const messages = [message('a'), message('b')];
    const whole = await parts.complete('client', messages);
    expect(asked).toEqual([[database, 'client', ['a', 'b']]]);
    expect(whole).toEqual([message('a'), { ...message('b'), reactions: hearts }]);
    expect(Object.keys(whole[1]!)).toEqual(Object.keys(message('b')));
    expect(messages).toEqual([message('a'), message('b')]);
  });

  it('asks within the transaction that it is given', async () => {
    const parts = new MessageParts(database);
    const asked: unknown[] = [];
    parts.register({
      field: 'reactions',
      load: async (on) => {
        asked.push(on);
        return new Map();
      },
    });
    const tx = {} as Tx;
    await parts.complete('client', [message('a')], tx);
    await parts.complete('client', [message('a')]);
    expect(asked[0]).toBe(tx);
    expect(asked[1]).toBe(database);
  });

  it('asks nobody about no messages', () => {
    const parts = new MessageParts(database);
    parts.register({ field: 'reactions', load: () => Promise.reject(new Error('asked')) });
    expect(parts.complete('client', [])).toEqual([]);
  });

  it('refuses a second part of one field', () => {
    const parts = new MessageParts(database);
    const part = { field: 'reactions', load: () => Promise.resolve(new Map()) } as const;
    parts.register(part);
    expect(() => parts.register(part)).toThrow('two parts');
  });
});
