import type { Outcome } from './provider.js';

/** Text of the other side, made fit to be stored: well-formed, without NUL, at most `max` characters. */
export function cleanText(text: string, max: number): string {
  return text.slice(0, max).replaceAll('\u0000', '').toWellFormed();
}

const MAX_MESSAGE = 1_000;
const MAX_RESPONSE = 65_536;
/** A line of RFC 5322, which a Message-ID has to itself at most. */
const MAX_ID = 998;

/** An outcome as it can be stored, whatever the other side said. */
export function cleanOutcome(outcome: Outcome): Outcome {
  const clean = { ...outcome };
  if (clean.response) clean.response = { ...clean.response, body: cleanText(clean.response.body ?? '', MAX_RESPONSE) };
  if (clean.kind !== 'accepted') clean.message = cleanText(clean.message, MAX_MESSAGE);
  if (clean.provider_message_id !== undefined) clean.provider_message_id = cleanText(clean.provider_message_id, MAX_ID);
  return clean;
}
