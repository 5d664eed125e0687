import { ADDRESS_UNKNOWN, type Outcome } from '../provider.js';

export interface SmtpError extends Error {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

type Kind = 'permanent' | 'retryable' | 'unknown';
type Meaning = [kind: Kind, fault: 'recipient' | 'provider', code: string];

/**
 * What a failed SMTP transaction means (RFC 5321: 4yz may succeed later, 5yz won't; 503 tells of the session, not of the
 * message). Where the reply has an enhanced status code (RFC 3463), that says more than the stage at which it came: whether the
 * recipient is at fault, or the server that we asked, in which case another may take it. Without a reply, or with one that says
 * nothing, the message may have been taken once its body was on the way: unknown.
 */
export function smtpOutcomeOf(error: SmtpError, bodyHandedOver: boolean): Outcome {
  const { responseCode: reply } = error;
  const [kind, fault, code] = meaningOf(error, bodyHandedOver);
  return {
    kind,
    fault,
    code,
    message: error.message,
    ...(reply ? { response: { status: reply, body: error.response ?? '' } } : {}),
  };
}

function meaningOf(error: SmtpError, bodyHandedOver: boolean): Meaning {
  const { responseCode: reply, code, command } = error;
  const isRefused = reply !== undefined && reply >= 400 && reply < 600;
  // Another server may offer it.
  if (command === 'SMTPUTF8') return ['permanent', 'provider', 'invalid_address'];
  if (code === 'EBLOCKED') return ['permanent', 'provider', 'address_blocked'];
  // Wrong credentials are repaired by people, while deliveries wait.
  if (code === 'EAUTH' || code === 'ENOAUTH') return ['retryable', 'provider', 'authentication_failed'];
  if (isTls(code) && reply !== 421) return ['retryable', 'provider', 'tls_failed'];
  if (isRefused && reply !== 421 && reply !== 503) return refusal(error, reply);
  const isAnswered = reply !== undefined || error.response !== undefined;
  // Of what nodemailer sees itself, before it asks the server.
  if (code === 'EENVELOPE' && !isAnswered) return ['permanent', 'recipient', 'invalid_address'];
  if (code === 'EMESSAGE' && !isAnswered) return ['permanent', 'recipient', 'message_too_large'];
  const isNoReply = isAnswered && !isRefused && (code === 'EENVELOPE' || code === 'EMESSAGE');
  if (bodyHandedOver && !isRefused) return ['unknown', 'provider', isNoReply ? 'protocol_error' : 'connection_lost'];
  if (isNoReply) return ['retryable', 'provider', 'protocol_error'];
  if (code === 'ETIMEDOUT') return ['retryable', 'provider', 'timeout'];
  return ['retryable', 'provider', 'connection_failed'];
}

/** Also of a server that has no TLS and answers so. No mail is under way yet. */
const isTls = (code: string | undefined): boolean => code === 'ETLS' || code === 'EREQUIRETLS';

/** `5.1.1` in `550 5.1.1 No such user`; in replies of several lines it stands in each. */
const ENHANCED = /^[45]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/;
/** What senders may send, not what mailboxes may hold: 454 and 452 of large providers, 550 5.4.5 of Google. */
const SENDING_QUOTA =
  /throttl|(?:sending|message|daily|hourly)[\w ]{0,30}(?:quota|limit|rate)[\w ]{0,30}(?:exceeded|reached)/i;
/** Whoever says why says it in the beginning; a server may answer a mebibyte. */
const READ = 1_000;

function refusal({ command = '', response = '', message }: SmtpError, reply: number): Meaning {
  const kind = reply >= 500 ? 'permanent' : 'retryable';
  const text = (response || message).slice(0, READ);
  const enhanced = ENHANCED.exec(text)?.[1]?.slice(2) ?? '';
  const known = ofStatus(enhanced, kind, command);
  if (known) return known;
  // It is not the server that takes mail for them; other policies that are told by 5.7.1 are about the recipient or the message.
  if (enhanced === '7.1' && kind === 'permanent' && command === 'RCPT TO' && /relay/i.test(text))
    return [kind, 'provider', 'relay_denied'];
  if (enhanced !== '2.2' && SENDING_QUOTA.test(text)) return ['retryable', 'provider', 'quota_exhausted'];
  if (reply === 530 || reply === 535 || reply === 538) return ['retryable', 'provider', 'authentication_failed'];
  // It greets so whom it serves nothing (RFC 5321, 3.1).
  if (command === 'CONN') return ['retryable', 'provider', 'connection_failed'];
  if (command === 'RCPT TO') return [kind, 'recipient', 'recipient_refused'];
  if (command === 'DATA') return [kind, 'recipient', 'message_refused'];
  if (command === 'MAIL FROM') return [kind, 'provider', 'sender_refused'];
  return ['retryable', 'provider', 'protocol_error'];
}

/** @param status subject and detail of an enhanced status code, such as `1.1`; null: the stage says as much */
function ofStatus(status: string, kind: 'permanent' | 'retryable', command: string): Meaning | null {
  switch (status) {
    // No such mailbox, no such domain, or no such name of either.
    case '1.1':
    case '1.2':
    case '1.3':
    case '1.6':
    case '1.10':
      return kind === 'permanent' && command === 'RCPT TO' ? [kind, 'recipient', ADDRESS_UNKNOWN] : null;
    case '2.1':
      return [kind, 'recipient', 'mailbox_disabled'];
    // A full mailbox may be emptied, but not while we wait: who says 5yz wants no more of it.
    case '2.2':
      return [kind, 'recipient', 'mailbox_full'];
    case '1.7':
    case '1.8':
      return [kind, 'provider', 'sender_refused'];
    case '3.4':
    case '2.3':
      return [kind, 'recipient', 'message_too_large'];
    case '4.5':
      return ['retryable', 'provider', 'quota_exhausted'];
    case '7.3':
    case '7.8':
    case '7.9':
    case '7.11':
    case '7.14':
      return ['retryable', 'provider', 'authentication_failed'];
    // The server takes no mail of this sender, or of what signs for it (RFC 7372).
    case '7.20':
    case '7.21':
    case '7.22':
    case '7.23':
    case '7.24':
    case '7.25':
    case '7.26':
      return [kind, 'provider', 'sender_unauthenticated'];
    case '3.0':
    case '3.1':
    case '3.2':
    case '3.5':
      return kind === 'retryable' ? [kind, 'provider', 'server_unavailable'] : null;
    default:
      return null;
  }
}
