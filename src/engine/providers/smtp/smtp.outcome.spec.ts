import { smtpOutcomeOf, type SmtpError } from './smtp.outcome.js';

const error = (fields: Partial<SmtpError>): SmtpError => Object.assign(new Error('said so'), fields);
const found = (fields: Partial<SmtpError>, handedOver = false) => {
  const outcome = smtpOutcomeOf(error(fields), handedOver);
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
    [{ code: 'EENVELOPE', command: 'SMTPUTF8' }, 'permanent', 'provider', 'invalid_address'],
    [{ code: 'EBLOCKED' }, 'permanent', 'provider', 'address_blocked'],
    [{ code: 'ESOCKET' }, 'retryable', 'provider', 'connection_failed'],
    [{ code: 'ETIMEDOUT' }, 'retryable', 'provider', 'timeout'],
    [{ code: 'ETLS' }, 'retryable', 'provider', 'tls_failed'],
    [{ code: 'ETLS', command: 'STARTTLS', responseCode: 502 }, 'retryable', 'provider', 'tls_failed'],
  ])('%j', (fields, ...expected) => expect(found(fields)).toEqual(expected));

  it.each([
    ['RCPT TO', '550 5.1.1 No such user', ['permanent', 'recipient', 'address_unknown']],
    ['RCPT TO', '550-5.7.1 Relay access\n550 5.7.1 denied', ['permanent', 'provider', 'relay_denied']],
    ['RCPT TO', '450 4.7.1 Greylisted', ['retryable', 'recipient', 'recipient_refused']],
    ['RCPT TO', '552 5.2.2 Mailbox quota exceeded', ['permanent', 'recipient', 'mailbox_full']],
    ['RCPT TO', '452 4.2.2 Over quota', ['retryable', 'recipient', 'mailbox_full']],
    ['RCPT TO', '550 5.2.1 Disabled', ['permanent', 'recipient', 'mailbox_disabled']],
    ['RCPT TO', '550 5.1.8 Bad sender', ['permanent', 'provider', 'sender_refused']],
    ['RCPT TO', '452 4.3.1 Insufficient system storage', ['retryable', 'provider', 'server_unavailable']],
    ['MAIL FROM', '530 5.7.0 Must issue STARTTLS', ['retryable', 'provider', 'authentication_failed']],
    ['MAIL FROM', '550 5.4.5 Daily user sending limit exceeded', ['retryable', 'provider', 'quota_exhausted']],
    ['CONN', '554 5.3.2 No service here', ['retryable', 'provider', 'connection_failed']],
    ['CONN', '450 Come back later', ['retryable', 'provider', 'connection_failed']],
    ['DATA', '454 Throttling failure: Maximum sending rate exceeded', ['retryable', 'provider', 'quota_exhausted']],
    ['DATA', '552 5.3.4 Too big', ['permanent', 'recipient', 'message_too_large']],
    ['DATA', '550 5.7.26 Unauthenticated', ['permanent', 'provider', 'sender_unauthenticated']],
    ['DATA', '550 5.7.1 Looks like spam', ['permanent', 'recipient', 'message_refused']],
    ['DATA', '451 4.4.1 No answer from host', ['retryable', 'recipient', 'message_refused']],
  ] as const)('by what the reply says more exactly: %s: %s', (command, response, expected) => {
    const responseCode = Number(response.slice(0, 3));
    expect(found({ code: 'EENVELOPE', command, response, responseCode })).toEqual(expected);
  });

  it.each([{ code: 'ETIMEDOUT' }, { code: 'ECONNECTION' }, { code: 'EABORT' }])(
    'is unknown once the body was on its way: %j',
    (fields) => expect(found(fields, true)[0]).toBe('unknown'),
  );

  it.each(['hello there', '250 O', '354 Go on', '999 hello'])(
    'is not the fault of the recipient where the server answers %j',
    (response) => {
      const responseCode = Number.parseInt(response, 10) || undefined;
      const broken = { response, responseCode, code: 'EMESSAGE', command: 'DATA' };
      expect(found(broken, true)).toEqual(['unknown', 'provider', 'protocol_error']);
      expect(found({ ...broken, code: 'ECONNECTION' }, true)).toEqual(['unknown', 'provider', 'connection_lost']);
      for (const command of ['MAIL FROM', 'RCPT TO', 'DATA'])
        expect(found({ ...broken, code: 'EENVELOPE', command })).toEqual(['retryable', 'provider', 'protocol_error']);
    },
  );

  it('is known by its reply, however far the body got', () => {
    expect(found({ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, true)[0]).toBe('permanent');
  });
});
