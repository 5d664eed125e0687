import { BytesInHand } from './bytes-in-hand.js';

const MIB = 1_048_576;

describe('bytes in hand', () => {
  it('are at most 32 MiB of a source and 128 MiB of all, and room again once they are answered', () => {
    const bytes = new BytesInHand();
    const take = (source: string, times: number, length = MIB) =>
      Array.from({ length: times }, () => bytes.take(source, length));
    const [release] = take('a', 32);
    expect(() => take('a', 1)).toThrow(expect.objectContaining({ code: 'overloaded' }));
    release!();
    take('a', 1);
    for (const source of ['b', 'c', 'd']) take(source, 32);
    expect(() => take('e', 1)).toThrow(expect.objectContaining({ code: 'overloaded' }));
    take('e', 1, 0);
  });

  it('count a body without its length, and one that large bodies are counted by, as one MiB', () => {
    const bytes = new BytesInHand();
    for (let times = 0; times < 16; times++) {
      bytes.take('a', Number.NaN);
      bytes.take('a', 25 * MIB);
    }
    expect(() => bytes.take('a', 1)).toThrow(expect.objectContaining({ code: 'overloaded' }));
  });
});
