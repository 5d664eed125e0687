import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../platform/common/problem.js';
import type { UserId } from '../../platform/common/ids.js';

/**
 * The key of a request: `Authorization: Bearer <key>` or `X-API-Key`.
 * @throws Problem `unauthenticated` when there is none, or two that differ
 */
export function readApiKey(headers: IncomingHttpHeaders): string {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const direct = headers['x-api-key'];
  if (bearer !== undefined && direct !== undefined && direct !== bearer) {
    throw unauthenticated('Authorization and X-API-Key carry different keys: send one.');
  }
  const key = bearer ?? direct;
  if (typeof key !== 'string' || key === '') {
    throw unauthenticated('Send a key as Authorization: Bearer <key> or as X-API-Key.');
  }
  return key;
}

const unauthenticated = (detail: string): Problem =>
  new Problem('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } });

/**
 * Whom the request says that it acts for, as it came: whether it can be a user_id is found out when it is looked up.
 * @throws Problem `bad_request` where it is said twice, which Node joins by a comma
 */
export function readUserId({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): UserId | undefined {
  const header = headers['x-user-id'];
  if (header === undefined) return undefined;
  if (header.includes(',') && raw.headersDistinct['x-user-id']!.length > 1) {
    throw new Problem('bad_request', 'X-User-Id: send it once; a request acts for one user.');
  }
  return toText(String(header)) as UserId;
}

const EXTENDED = /^UTF-8''((?:[\w!#$&+.^`|~-]|%[0-9a-f]{2})+)$/i;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Node reads headers as Latin-1. Callers send UTF-8 as it is (curl), Latin-1 (fetch, which refuses more), or any text
 * as RFC 8187 writes it: UTF-8''%e6%97%a5.
 */
function toText(header: string): string {
  const encoded = EXTENDED.exec(header)?.[1];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
    return /^[\x20-\x7e]*$/.test(header) ? header : strictUtf8.decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
