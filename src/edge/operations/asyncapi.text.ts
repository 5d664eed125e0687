/** The introduction of the event reference. */
export const SOCKETS_INTRODUCTION = `
Connect with Socket.IO at \`/sockets\`, \`auth: { api_key }\`. A refused handshake carries the problem document in \`err.data\`.

Or with a plain WebSocket at \`/api/v1/websocket/open\`, whose first frame, within 10 s, is \`{ type: "auth", id, data: { api_key } }\`. There
each message below is one text frame: up \`{ type, id, data }\`, answered by \`{ type: "ack", id, ok, data | error }\`; down the envelope as it
is, and \`session.*\` as \`{ type, data }\`. It is closed with 4401 unauthenticated (also when the key ends), 4403 forbidden, 4408 too slow,
4413 too large, 4429 limited, 4503 draining.

What clients send is acknowledged: \`{ ok: true, data }\`, or \`{ ok: false, error }\` with the problem document of REST. Each
operation says which key it takes and which problems it can be answered with.

What clients receive comes in one envelope, each event with its place \`rev\` in the stream that it belongs to; ephemeral
events have none, and \`session.*\` comes bare. Keep \`{ epoch, rev }\` per stream and apply by \`rev\`; on a gap, \`sync.resume\`
proves that nothing is missing, or says so. Ignore types and fields that you don't know: they are added without a new version.
`.trim();

/** What goes over a connection, by the stream that it belongs to. */
export const CHANNELS: Record<string, { address: string | null; description: string }> = {
  connection: {
    address: null,
    description: 'What one connection sends, its acknowledgements, and what concerns it alone.',
  },
  room: { address: 'room:{id}', description: "A room's stream: all its members' connections hear it." },
  user: { address: 'user:{id}', description: "A user's stream: all connections that act for the user hear it." },
  client: { address: 'client', description: "The client's stream: connections of its master keys hear it." },
};
