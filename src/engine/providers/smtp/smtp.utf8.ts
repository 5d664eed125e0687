import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpError } from './smtp.outcome.js';

/** What nodemailer knows of the server, and keeps to itself. */
interface Session {
  _supportedExtensions?: string[];
}

const BEYOND_ASCII = /[^\u0000-\u007f]/; // eslint-disable-line no-control-regex

const refusal = (): SmtpError =>
  Object.assign(new Error('The server takes no addresses beyond ASCII: it does not offer SMTPUTF8.'), {
    // By this nodemailer knows that the connection can go on.
    code: 'EENVELOPE',
    command: 'SMTPUTF8',
  });

const { send } = SMTPConnection.prototype;

/**
 * nodemailer writes addresses beyond ASCII to servers that don't offer to take them, which RFC 6531 §3.4 forbids: who gets such a mail
 * is the server's guess. Only a connection knows what its server offers, and nodemailer makes them itself: hence here.
 */
SMTPConnection.prototype.send = function (this: SMTPConnection & Session, envelope, message, done) {
  const { from, to } = envelope as { from?: unknown; to?: unknown };
  const isNeeded = [from, to].flat().some((address) => BEYOND_ASCII.test(String(address)));
  if (!isNeeded || this._supportedExtensions?.includes('SMTPUTF8')) return send.call(this, envelope, message, done);
  if (typeof message === 'object' && 'destroy' in message) message.destroy();
  (done as unknown as (error: Error) => void)(refusal());
};
