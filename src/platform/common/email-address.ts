import { isEmail } from 'class-validator';

const LONGEST = 320;

/** What nearly all addresses look like. `isEmail` takes each of these, and looks at it a dozen times: a thousand come in one request. */
const PLAIN = /^[a-z\d]+(?:[._-][a-z\d]+)*@(?:[a-z\d]+(?:-[a-z\d]+)*\.)+[a-z]{2,}$/i;
/** No part of a shorter one is longer than it may be. */
const SHORT = 64;

/** Letters between dots (RFC 5321, and RFC 6531 beyond ASCII): no blanks, controls or marks that nobody sees. */
const DOT_ATOM = /^[^\p{C}\p{Z}"(),.:;<>@[\\\]]+(?:\.[^\p{C}\p{Z}"(),.:;<>@[\\\]]+)*$/u;
const QUOTED = /^"([^\p{C}\p{Z}"(),:;<>@[\\\]]+)"$/u;

/**
 * Is it an address that arrives as it is written, whoever sends it? Quotes stand where dots need them only (`"a..b"@…`): what
 * else they may hold is rewritten on the way, so that another mailbox would get the mail.
 */
export function isEmailAddress(text: string): boolean {
  if (text.length <= SHORT && PLAIN.test(text)) return true;
  if (text.length > LONGEST || !isEmail(text)) return false;
  const local = text.slice(0, text.lastIndexOf('@'));
  const quoted = QUOTED.exec(local)?.[1];
  return quoted === undefined ? DOT_ATOM.test(local) : !DOT_ATOM.test(quoted);
}
