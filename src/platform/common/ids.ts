import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(16 * 256);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562): milliseconds first, then a 12-bit counter that keeps ids made by one process in
 * the same millisecond ascending, then 62 random bits. Made by the app, so that PostgreSQL 15 and up will do.
 */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, used + 16);
  used += 16;

  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = bytes.readUInt16BE(6) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;

  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

declare const brand: unique symbol;

/** The primary key of a user, `users.user_pk`: what rows refer to. Never leaves by the wire. */
export type UserPk = string & { readonly [brand]: 'UserPk' };

/**
 * The client's own string for a user, as the wire and `users.user_id` have it. Neither of the two passes for the other,
 * nor a plain string for either: text becomes a `UserId` in a DTO, a path or a header, and a row's columns have their
 * types from the row.
 */
export type UserId = string & { readonly [brand]: 'UserId' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Is it the text of a UUID? */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** The text of a UUID as this service writes it, in lower case. Other text stays as it is. */
export const inOneCase = (text: string): string => (isUuid(text) ? text.toLowerCase() : text);

/** When a UUIDv7 was made, by the clock of the process that made it. Bounds the days that a look-up reads. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}
