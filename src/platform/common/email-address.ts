import { isEmail } from 'class-validator';

const LONGEST = 320;

/** Letters between dots (RFC 5321, and RFC 6531 beyond ASCII): no blanks, controls or marks that nobody sees. */
const DOT_ATOM = /^[^\p{C}\p{Z}"(),.:;<>@[\\\]]+(?:\.[^\p{C}\p{Z}"(),.:;<>@[\\\]]+)*$/u;
const QUOTED = /^"([^\p{C}\p{Z}"(),:;<>@[\\\]]+)"$/u;

/**
 * Is it an address that arrives as it is written, whoever sends it? Quotes stand where dots need them only (`"a..b"@…`): what
 * else they may hold is rewritten on the way, so that another mailbox would get the mail.
 */
export function isEmailAddress(text: string): boolean {
  if (text.length > LONGEST || !isEmail(text)) return false;
  const local = text.slice(0, text.lastIndexOf('@'));
  const quoted = QUOTED.exec(local)?.[1];
  return quoted === undefined ? DOT_ATOM.test(local) : !DOT_ATOM.test(quoted);
}
