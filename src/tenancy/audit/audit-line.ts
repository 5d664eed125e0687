import { isUuid } from '../../platform/common/ids.js';
import { NIL_UUID, type Caller } from '../access/caller.js';
import { valueOf, type Request } from '../access/request.js';

export const AUDIT_ACTORS = ['admin', 'key', 'user', 'system'] as const;

/** Who did it: the operator, a master key by its id, a user by the client's own id of it, or the service by itself. */
export interface AuditActor {
  type: (typeof AUDIT_ACTORS)[number];
  id: string | null;
}

/** One administrative change. */
export interface AuditLine {
  client_id: string;
  actor: AuditActor;
  /** What was done to what kind of thing: `provider.create`. */
  action: string;
  /** Which one. */
  subject: string | null;
  before?: unknown;
  after?: unknown;
  ip: string | null;
}

/** What is left out wherever it stands, by its name. */
const SECRET = /secret|passw(or)?d|token|api_?key|private_?key|signing_?key|credential|authorization|cookie|^key$/i;
/** Values of headers are often secrets, whatever they are called. */
const HEADERS = /headers$/i;

const MAX_CHARS = 16_384;
const MAX_DEPTH = 8;

/** The change that a request made, by what its route declares and what its service has noted. @returns null: it made none */
export function auditLineOf(request: Request, answer: unknown): AuditLine | null {
  const { audit, caller } = request;
  if (audit === null) return null;
  const { action, ip, params, noted } = audit;
  const body = asObject(valueOf(answer));
  const subject = noted.subject ?? Object.values(params).at(-1) ?? idOf(body) ?? caller.clientId;
  return {
    client_id: clientOf(caller, body, params),
    actor: actorOf(caller),
    action,
    subject,
    before: noted.before,
    after: 'after' in noted ? noted.after : body,
    ip,
  };
}

function actorOf({ kind, keyId, user }: Caller): AuditActor {
  if (kind === 'admin') return { type: 'admin', id: null };
  return user ? { type: 'user', id: user.user_id } : { type: 'key', id: keyId };
}

/** What the operator does to a client is that client's to see. */
function clientOf(caller: Caller, body: Record<string, unknown> | undefined, params: Record<string, string>): string {
  if (caller.clientId !== NIL_UUID) return caller.clientId;
  return [params.id, body?.id].find(isUuid) ?? caller.clientId;
}

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

function idOf(body: Record<string, unknown> | undefined): string | undefined {
  const id = body?.id ?? body?.key_id ?? body?.name;
  return typeof id === 'string' ? id : undefined;
}

/** What of a resource may be kept: without its secrets, and not larger than is useful. @returns JSON; null of nothing */
export function auditJsonOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(clean(value, 0));
  return text.length <= MAX_CHARS ? text : JSON.stringify({ left_out: `${text.length} characters` });
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return null;
  // Dates and the like say themselves what they are in JSON.
  if ('toJSON' in value) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRET.test(name))
      .map(([name, of]) => [name, HEADERS.test(name) ? namesOf(of) : clean(of, depth + 1)]),
  );
}

const namesOf = (headers: unknown): unknown =>
  typeof headers === 'object' && headers !== null && !Array.isArray(headers) ? Object.keys(headers) : null;
