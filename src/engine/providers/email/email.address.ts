import { domainToASCII } from 'node:url';
import { isEmailAddress } from '../../../platform/common/email-address.js';

/** A person's name, empty where there is none, and where their mail goes. */
export interface MailAddress {
  name: string;
  address: string;
}

/** A header that could be continued on a next line is a header that could be added. */
const CONTROLS = /[\u0000-\u001f\u007f]/; // eslint-disable-line no-control-regex

// Each of these has one way only to match a text, so that what fits nothing is not tried again and again.
const QUOTED_NAME = /^"((?:[^"\\]|\\.)*)"$/;
const PLAIN_NAME = /^[^"<>,;]*$/;

/**
 * Reads `a@b.c`, `Name <a@b.c>` or `"Name, with comma" <a@b.c>`.
 * @returns null for text that is not exactly one mailbox
 */
export function parseMailbox(text: string): MailAddress | null {
  if (CONTROLS.test(text)) return null;
  const whole = text.trim();
  if (!whole.endsWith('>')) return isEmailAddress(whole) ? { name: '', address: whole } : null;
  const bracket = whole.lastIndexOf('<');
  if (bracket === -1) return null;
  const address = whole.slice(bracket + 1, -1);
  const name = nameIn(whole.slice(0, bracket).trimEnd());
  return name !== null && isEmailAddress(address) ? { name, address } : null;
}

function nameIn(text: string): string | null {
  const quoted = QUOTED_NAME.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  return PLAIN_NAME.test(text) ? text : null;
}

/**
 * The form in which two addresses are compared: letters in one case, of the local part too (no mailbox is known that
 * tells them apart), and the domain as DNS has it.
 */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at).trim().normalize('NFC').toLowerCase()}@${domainOf(address)}`;
}

/** The domain of an address as DNS has it, in ASCII; as it was written, where DNS can have no such name. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).trim();
  return domainToASCII(domain) || domain.toLowerCase();
}
