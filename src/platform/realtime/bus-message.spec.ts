import { decodeMessage, encodeMessage, busHeaderOf, type BusMessage } from './bus-message.js';
import { Packet } from './packet.js';

describe('what nodes tell each other', () => {
  const message: BusMessage = [
    new Packet(['r:1', 'n:1'], '2["message.created",{"content":"two\\nlines"}]'),
    { kind: 'leave', who: ['u:1'], rooms: ['r:1', 'n:1'] },
    new Packet(['c:1'], '2["delivery.sent",{}]'),
    new Packet(['r:1'], '2["message.updated",{}]', ['u:1', 'u:2']),
    { kind: 'news', channel: 'r:1', subject: 'typing', body: ['two\nlines', true] },
  ];

  it('is read back in its order, and says who told it', () => {
    const text = encodeMessage('one', message);
    expect(decodeMessage(text)).toEqual(message);
    expect(busHeaderOf(text)).toEqual({ sender: 'one', number: undefined });
    expect(busHeaderOf(encodeMessage('one', message, 17))).toEqual({ sender: 'one', number: '17' });
    expect(decodeMessage(encodeMessage('one', message, 17))).toEqual(message);
  });

  it.each(['{"uid":"x"}\nsomething', 'one\nm {'])('is refused when it is something else: %j', (text) => {
    expect(() => decodeMessage(text)).toThrow();
  });
});
