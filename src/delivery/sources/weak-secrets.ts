import { invalidField } from '../../platform/common/problem.js';
import { standardKey } from './templates.js';
import type { TemplateName, VerificationInputDto } from './verification.dto.js';

/** Standard Webhooks 1.0 asks for 24 to 64 bytes; who issues less than this does not mean to. */
const STANDARD_BYTES = 16;

/** Characters: what senders issue has 32 and more, what people think of themselves has some. */
const MIN_CHARS: Record<Exclude<TemplateName, 'standard' | 'none'>, number> = {
  stripe: 8,
  shopify: 8,
  slack: 8,
  mailgun: 8,
  github: 5,
  hmac: 5,
  basic: 5,
};

/** A secret that was pasted in part is no secret, and nobody would notice. @throws Problem `validation_failed` */
export function refuseWeak(verification: VerificationInputDto): void {
  const { template } = verification;
  if (template === 'none') return;
  if (template === 'standard') {
    if (standardKey(verification.secret).length >= STANDARD_BYTES) return;
    throw invalidField('verification.secret', `must hold a key of at least ${STANDARD_BYTES} bytes, in base64`);
  }
  const [field, secret] = secretOf(verification);
  if (secret.length >= MIN_CHARS[template]) return;
  throw invalidField(`verification.${field}`, `must have at least ${MIN_CHARS[template]} characters`);
}

function secretOf(verification: Exclude<VerificationInputDto, { template: 'none' }>): [field: string, secret: string] {
  if ('signing_key' in verification) return ['signing_key', verification.signing_key];
  return 'password' in verification ? ['password', verification.password] : ['secret', verification.secret];
}
