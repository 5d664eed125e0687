import type { Caller } from '../../../tenancy/access/caller.js';
import { cleanText } from '../../../engine/providers/clean-text.js';
import { Problem } from '../../../platform/common/problem.js';
import { toDto } from '../../../platform/common/validation.js';
import { patchedDraft } from '../../messages/draft.js';
import { EditMessageDto } from '../../messages/changes/changes.dto.js';
import type { Draft } from '../../messages/pre-send.js';

/** What a hook says of a message. */
export type HookVerdict = { action: 'send'; draft: Draft } | { action: 'reject'; reason: string };

/** There was no answer of the hook, or none that means anything. */
export class HookFailure extends Error {}

const REPLACEABLE = ['content', 'content_type', 'attachments', 'mentions', 'metadata'] as const;
const MAX_REASON = 500;
const NO_REASON = 'The message was rejected.';

/** @throws HookFailure for everything but a proper answer */
export function readAnswer(caller: Caller, draft: Draft, text: string): HookVerdict {
  const answer = parse(text);
  switch (answer.action) {
    case 'accept':
      return { action: 'send', draft };
    case 'reject':
      return { action: 'reject', reason: reasonOf(answer.reason) };
    case 'replace':
      return { action: 'send', draft: replaced(caller, draft, answer.message) };
    default:
      throw new HookFailure('Its action is none.');
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>;
  } catch {
    // Falls through.
  }
  throw new HookFailure('It is no JSON object.');
}

/** For a person to read: one line, of what can be shown. */
function reasonOf(reason: unknown): string {
  if (typeof reason !== 'string') return NO_REASON;
  const characters = Array.from(reason.slice(0, 2 * MAX_REASON)).slice(0, MAX_REASON);
  const line = cleanText(characters.join(''), 2 * MAX_REASON);
  return line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ').trim() || NO_REASON;
}

/** Held to the rules of what users send. What the answer leaves out stays; what it has of ours besides is of no consequence. */
function replaced(caller: Caller, draft: Draft, message: unknown): Draft {
  if (typeof message !== 'object' || message === null) throw new HookFailure('Its message is no object.');
  const given = Object.fromEntries(
    REPLACEABLE.flatMap((field) => (Object.hasOwn(message, field) ? [[field, (message as Draft)[field]]] : [])),
  );
  try {
    const { metadata, ...changes } = toDto(EditMessageDto, given);
    return {
      ...patchedDraft(caller, draft, changes),
      ...(metadata !== undefined && { metadata: metadata ?? {} }),
      ...(draft.flags && { flags: draft.flags }),
    };
  } catch (error) {
    if (error instanceof Problem) throw new HookFailure(error.message);
    throw error;
  }
}
