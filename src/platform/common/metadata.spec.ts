import { limits } from '../config/limits.js';
import { mergeMetadata } from './metadata.js';

describe('metadata', () => {
  it('is merged, member by member, and goes with null', () => {
    expect(mergeMetadata({ a: 1, b: { c: 2 } }, { a: null, b: { d: 3 } })).toEqual({ b: { c: 2, d: 3 } });
    expect(mergeMetadata({ a: 1 }, null)).toEqual({});
  });

  it('is refused where it becomes too large, not where it was', () => {
    // {"a":"…"} is 8 bytes around the text.
    const before = { a: 'x'.repeat(limits.metadata_bytes - 8) };
    expect(mergeMetadata(before, {})).toEqual(before);
    expect(() => mergeMetadata(before, { b: 1 })).toThrow('once merged');
    expect(mergeMetadata({ ...before, b: 1 }, { b: null })).toEqual(before);
  });
});
