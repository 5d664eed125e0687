import { ADDRESS_UNKNOWN, type Outcome } from '../provider.js';

export interface SmtpError extends Error {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/** No such mailbox, no such domain, or no such name of either (RFC 3463: x.1.1, 1.2, 1.3, 1.6, 1.10). */
const isUnknown = ({ response = '' }: SmtpError): boolean => /^5\d\d[ -]5\.1\.(?:1|2|3|6|10)\b/.test(response);

/**
 * What a failed SMTP transaction means (RFC 5321: 4yz may succeed later, 5yz won't; 503 tells of the session, not of the
 * message). Without a reply the message may have been taken once its body was on the way: unknown.
 */
export function outcomeOf(error: SmtpError, bodyHandedOver: boolean): Outcome {
  const { responseCode: reply, command = '' } = error;
  const answer = (
    kind: 'permanent' | 'retryable' | 'unknown',
    fault: 'recipient' | 'provider',
    code: string,
  ): Outcome => ({
    kind,
    fault,
    code,
    message: error.message,
    ...(reply ? { response: { status: reply, body: error.response ?? '' } } : {}),
  });

  if (error.code === 'EBLOCKED') return answer('permanent', 'provider', 'address_blocked');
  // Wrong credentials are repaired by people, while deliveries wait.
  if (error.code === 'EAUTH' || error.code === 'ENOAUTH')
    return answer('retryable', 'provider', 'authentication_failed');
  if (reply !== undefined && reply !== 421 && reply !== 503 && reply >= 400) {
    const kind = reply >= 500 ? 'permanent' : 'retryable';
    if (command === 'RCPT TO')
      return answer(kind, 'recipient', reply >= 500 && isUnknown(error) ? ADDRESS_UNKNOWN : 'recipient_refused');
    if (command === 'DATA') return answer(kind, 'recipient', 'message_refused');
    if (command === 'MAIL FROM') return answer(kind, 'provider', 'sender_refused');
    return answer('retryable', 'provider', 'protocol_error');
  }
  if (error.code === 'EENVELOPE' && reply === undefined) return answer('permanent', 'recipient', 'invalid_address');
  if (error.code === 'EMESSAGE' && reply === undefined) return answer('permanent', 'recipient', 'message_too_large');
  if (bodyHandedOver && reply === undefined) return answer('unknown', 'provider', 'connection_lost');
  if (error.code === 'ETLS' || error.code === 'EREQUIRETLS') return answer('retryable', 'provider', 'tls_failed');
  if (error.code === 'ETIMEDOUT') return answer('retryable', 'provider', 'timeout');
  return answer('retryable', 'provider', 'connection_failed');
}
