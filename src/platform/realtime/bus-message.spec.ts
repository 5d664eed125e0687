import { decodeMessage, encodeMessage, type BusMessage } from './bus-message.js';
import { Packet } from './packet.js';

describe('what nodes tell each other', () => {
  const message: BusMessage = [
    new Packet(['r:1', 'n:1'], '2["message.created",{"content":"two\\nlines"}]'),
    { kind: 'leave', who: ['u:1'], rooms: ['r:1', 'n:1'] },
    new Packet(['c:1'], '2["delivery.sent",{}]'),
  ];

  it('is read back in its order by the others, and not by who told it', () => {
    const text = encodeMessage('one', message);
    expect(decodeMessage('two', text)).toEqual(message);
    expect(decodeMessage('one', text)).toBeNull();
  });

  it.each(['{"uid":"x"}\nsomething', 'one\nm {'])('is refused when it is something else: %j', (text) => {
    expect(() => decodeMessage('two', text)).toThrow();
  });
});
