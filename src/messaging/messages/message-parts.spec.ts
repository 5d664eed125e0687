import type { UserId } from '../../platform/common/ids.js';
import { MessageParts } from './message-parts.js';
import type { MessageDto } from './messages.dto.js';

const message = (id: string): MessageDto => ({ id, reactions: [], metadata: {} }) as unknown as MessageDto;
const hearts = [{ key: '❤', count: 1, user_ids: ['alice' as UserId] }];

describe('MessageParts', () => {
  it('hands back the very array, and no promise, where no feature has a part', () => {
    const messages = [message('a')];
    expect(new MessageParts().complete('client', messages)).toBe(messages);
  });

  it('asks once for all messages, keeps their order, and leaves what it was given alone', async () => {
    const parts = new MessageParts();
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
    expect(asked).toEqual([['client', ['a', 'b']]]);
    expect(whole).toEqual([message('a'), { ...message('b'), reactions: hearts }]);
    expect(Object.keys(whole[1]!)).toEqual(Object.keys(message('b')));
    expect(messages).toEqual([message('a'), message('b')]);
  });

  it('asks nobody about no messages', () => {
    const parts = new MessageParts();
    parts.register({ field: 'reactions', load: () => Promise.reject(new Error('asked')) });
    expect(parts.complete('client', [])).toEqual([]);
  });

  it('refuses a second part of one field', () => {
    const parts = new MessageParts();
    const part = { field: 'reactions', load: () => Promise.resolve(new Map()) } as const;
    parts.register(part);
    expect(() => parts.register(part)).toThrow('two parts');
  });
});
