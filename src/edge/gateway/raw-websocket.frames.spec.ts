import { ackFrame, isBad, readFrame } from './raw-websocket.frames.js';

const codeOf = (text: string) => {
  const frame = readFrame(text);
  return isBad(frame) ? [frame.problem.code, frame.id, frame.type] : 'read';
};

describe('a frame', () => {
  it('is read as it is, with and without an id and data', () => {
    expect(readFrame('{"type":"ping","id":"a","data":{"x":1}}')).toEqual({ type: 'ping', id: 'a', data: { x: 1 } });
    expect(readFrame('{"type":"ping","id":0}')).toEqual({ type: 'ping', id: 0, data: undefined });
    expect(readFrame('{"type":"ping"}')).toEqual({ type: 'ping', id: undefined, data: undefined });
  });

  it.each([
    ['', 'malformed_json', undefined, undefined],
    ['{', 'malformed_json', undefined, undefined],
    ['[]', 'bad_request', undefined, undefined],
    ['null', 'bad_request', undefined, undefined],
    ['"ping"', 'bad_request', undefined, undefined],
    ['{}', 'validation_failed', undefined, undefined],
    ['{"type":1,"id":7}', 'validation_failed', 7, undefined],
    ['{"type":"ping","id":{}}', 'validation_failed', undefined, 'ping'],
    ['{"type":"ping","id":null}', 'validation_failed', undefined, 'ping'],
    [`{"type":"ping","id":"${'x'.repeat(129)}"}`, 'validation_failed', undefined, 'ping'],
    ['{"type":"ping","id":1e999}', 'validation_failed', undefined, 'ping'],
    ['{"type":"ping","id":"a","payload":{}}', 'validation_failed', 'a', 'ping'],
    ['{"type":"ping","id":"a","__proto__":{}}', 'validation_failed', 'a', 'ping'],
  ])('that is none is named: %s', (text, ...expected) => {
    expect(codeOf(text)).toEqual(expected);
  });

  it('is answered by its id', () => {
    expect(ackFrame('a', { ok: true, data: {} })).toBe('{"type":"ack","id":"a","ok":true,"data":{}}');
    expect(JSON.parse(ackFrame(null, { ok: false, error: {} }))).toMatchObject({ type: 'ack', id: null, ok: false });
  });
});
