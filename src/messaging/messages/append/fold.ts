import type { NewMessage } from './new-message.js';

/** A batch without its echoes: messages that repeat the client_msg_id of an earlier one of the same batch. */
interface Folded {
  firsts: NewMessage[];
  /** For each message of the batch, which of `firsts` it is or echoes. */
  firstOf: number[];
}

/**
 * The database can't see a repeat within one statement, so equal (room, sender, client_msg_id) are folded before.
 * Of a client_msg_id that is taken already only equal bodies are: none is written.
 */
export function foldEchoes(batch: NewMessage[]): Folded {
  const firsts: NewMessage[] = [];
  const places = new Map<string, number>();
  const firstOf = batch.map((message) => {
    const key = keyOf(message);
    const known = key === null ? undefined : places.get(key);
    if (known !== undefined) return known;
    const place = firsts.push(message) - 1;
    if (key !== null) places.set(key, place);
    return place;
  });
  return { firsts, firstOf };
}

const keyOf = ({ client_id, room_id, sender_pk, client_msg_id, taken, body_hash }: NewMessage): string | null =>
  client_msg_id === null
    ? null
    : `${client_id} ${room_id} ${sender_pk ?? ''} ${taken ? body_hash!.toString('hex') : ''} ${client_msg_id}`;
