import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Lets a stop end each connection as soon as no request of it is in hand: at once, or when its answer has been sent. By
 * itself Node would wait for those on which nothing was asked yet (browsers open them in advance) or half a question,
 * and for those whose answer was sent after the stop began, which clients keep to ask again.
 */
export function endConnectionsAtStop(fastify: FastifyInstance): void {
  /** How many requests each open connection has in hand. */
  const open = new Map<Socket, number>();
  let stopping = false;
  const count = ({ raw: { socket } }: FastifyRequest, change: 1 | -1): void => {
    const before = open.get(socket);
    if (before === undefined) return;
    open.set(socket, before + change);
    if (stopping && before + change === 0) socket.destroySoon();
  };

  fastify.server.on('connection', (socket: Socket) => {
    if (stopping) {
      socket.destroy();
      return;
    }
    open.set(socket, 0);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('onRequest', (request, _, done) => {
    count(request, 1);
    done();
  });
  fastify.addHook('onSend', (_, reply, payload, done) => {
    if (stopping) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, _, done) => {
    count(request, -1);
    done();
  });
  fastify.addHook('preClose', (done) => {
    stopping = true;
    // WebSockets are among them. They were told to close before, and what they still have to send is sent.
    for (const [socket, inHand] of open) if (inHand === 0) socket.destroySoon();
    done();
  });
}
