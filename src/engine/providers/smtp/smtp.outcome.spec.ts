import { outcomeOf, type SmtpError } from './smtp.outcome.js';

const error = (fields: Partial<SmtpError>): SmtpError => Object.assign(new Error('said so'), fields);
const found = (fields: Partial<SmtpError>, handedOver = false) => {
  const outcome = outcomeOf(error(fields), handedOver);
  return outcome.kind === 'accepted' ? [] : [outcome.kind, outcome.fault, outcome.code];
};

describe('what a failed SMTP transaction means', () => {
  it.each([
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'permanent', 'recipient', 'recipient_refused'],
    [
      { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 No such user' },
      'permanent',
      'recipient',
      'address_unknown',
    ],
    [
      { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.7.1 Blocked' },
      'permanent',
      'recipient',
      'recipient_refused',
    ],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 }, 'retryable', 'recipient', 'recipient_refused'],
    [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }, 'permanent', 'provider', 'sender_refused'],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, 'permanent', 'recipient', 'message_refused'],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 452 }, 'retryable', 'recipient', 'message_refused'],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 421 }, 'retryable', 'provider', 'connection_failed'],
    [{ code: 'EAUTH', responseCode: 535 }, 'retryable', 'provider', 'authentication_failed'],
    [{ code: 'EENVELOPE', command: 'API' }, 'permanent', 'recipient', 'invalid_address'],
    [{ code: 'EBLOCKED' }, 'permanent', 'provider', 'address_blocked'],
    [{ code: 'ESOCKET' }, 'retryable', 'provider', 'connection_failed'],
    [{ code: 'ETIMEDOUT' }, 'retryable', 'provider', 'timeout'],
    [{ code: 'ETLS' }, 'retryable', 'provider', 'tls_failed'],
  ])('%j', (fields, ...expected) => expect(found(fields)).toEqual(expected));

  it.each([{ code: 'ETIMEDOUT' }, { code: 'ECONNECTION' }, { code: 'EABORT' }])(
    'is unknown once the body was on its way: %j',
    (fields) => expect(found(fields, true)[0]).toBe('unknown'),
  );

  it('is known by its reply, however far the body got', () => {
    expect(found({ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, true)[0]).toBe('permanent');
  });
});
