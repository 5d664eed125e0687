export interface MailAddress {
  name: string;
  address: string;
}

/** `a@b.c`, `Name <a@b.c>` or `"Name, with comma" <a@b.c>`. */
const MAILBOX =
  /^(?:\s*(?:"((?:[^"\\]|\\.)*)"|([^"<>,;]*?))\s*<([^<>\s@,;"]+@[^<>\s@,;"]+)>\s*|\s*([^<>\s@,;"]+@[^<>\s@,;"]+)\s*)$/;

/** @returns null for text that is not exactly one mailbox */
export function parseMailbox(text: string): MailAddress | null {
  // A header that could be continued on a next line is a header that could be added.
  if (/[\u0000-\u001f\u007f]/.test(text)) return null; // eslint-disable-line no-control-regex
  const [, quoted, plain, bracketed, bare] = MAILBOX.exec(text) ?? [];
  const address = bracketed ?? bare;
  if (address === undefined) return null;
  return { name: quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '', address };
}
