import { invalidField, Problem } from '../../platform/common/problem.js';

/** What a client calls its frame, to find the answer by. */
export type FrameId = string | number;

/** `{type, id, data}`, as clients send it. Without `id` nothing is answered. */
export interface UpFrame {
  type: string;
  id: FrameId | undefined;
  /** Undefined: none was sent. */
  data: unknown;
}

/** A frame that is none, with as much of it as could be read: what its refusal is addressed to. */
export interface BadFrame {
  type: string | undefined;
  id: FrameId | undefined;
  problem: Problem;
}

const MAX_ID_CHARS = 128;
const FIELDS = ['type', 'id', 'data'];

/** Never throws. */
export function readFrame(text: string): UpFrame | BadFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    return bad(new Problem('malformed_json', `The frame is not valid JSON: ${(error as Error).message}`));
  }
  if (frame === null || typeof frame !== 'object' || Array.isArray(frame)) {
    return bad(new Problem('bad_request', 'A frame is an object: {type, id, data}.'));
  }
  const { type, id, data } = frame as Record<string, unknown>;
  const known = isId(id) ? id : undefined;
  if (typeof type !== 'string') return bad(invalidField('type', 'must be a string'), known);
  if (id !== undefined && known === undefined) {
    return bad(invalidField('id', `must be a string of at most ${MAX_ID_CHARS} characters, or a number`), known, type);
  }
  const unknown = Object.keys(frame).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return bad(invalidField(unknown.slice(0, 64), 'is not a known field'), known, type);
  return { type, id: known, data };
}

export const isBad = (frame: UpFrame | BadFrame): frame is BadFrame => 'problem' in frame;

const isId = (id: unknown): id is FrameId =>
  (typeof id === 'string' && id.length <= MAX_ID_CHARS) || (typeof id === 'number' && Number.isFinite(id));

const bad = (problem: Problem, id?: FrameId, type?: string): BadFrame => ({ problem, id, type });

/** The answer to a frame. `id: null` answers what could not be read far enough to find one. */
export const ackFrame = (id: FrameId | null, answer: object): string => JSON.stringify({ type: 'ack', id, ...answer });

/** What belongs to one connection, bare. */
export const bareFrame = (type: string, data: object): string => JSON.stringify({ type, data });
