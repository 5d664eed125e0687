import { limits } from '../config/limits.js';
import { mergePatch } from './merge-patch.js';
import { invalidField } from './problem.js';

type Metadata = Record<string, unknown>;

/**
 * Metadata, changed (RFC 7396).
 * @param patch null: all of it goes
 * @throws Problem `validation_failed` when it becomes larger than an installation's metadata may be
 */
export function mergeMetadata(before: Metadata, patch: Metadata | null): Metadata {
  const merged = patch === null ? {} : mergePatch(before, patch);
  if (Buffer.byteLength(JSON.stringify(merged)) <= limits.metadata_bytes) return merged;
  throw invalidField('metadata', `must be at most ${limits.metadata_bytes} bytes of JSON once merged`);
}
