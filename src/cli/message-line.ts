import { clean, clockTime } from './format.js';
import type { Colours } from './output.js';

/** What of a message a line shows. */
export interface ShownMessage {
  id: string;
  room_id: string;
  seq: number;
  sender_id?: string | null;
  sender_type?: string;
  content?: string | null;
  attachments?: { name?: string; type: string }[];
  created_at?: string;
  edited_at?: string | null;
  deleted_at?: string | null;
  hidden?: boolean;
}

/** `12:00:01  #17  alice  Hello!` */
export function messageLine(message: ShownMessage, colours: Colours): string {
  const { seq, created_at, sender_id, sender_type = '', edited_at } = message;
  const who = colours.cyan(clean(sender_id ?? sender_type));
  const edited = edited_at && !message.deleted_at ? colours.dim(' (edited)') : '';
  const time = created_at ? `${colours.dim(clockTime(created_at))}  ` : '';
  return `${time}${colours.dim(`#${seq}`)}  ${who}  ${bodyOf(message, colours)}${edited}`;
}

function bodyOf({ hidden, deleted_at, content, attachments = [] }: ShownMessage, colours: Colours): string {
  if (hidden) return colours.dim('(hidden)');
  if (deleted_at) return colours.dim('(deleted)');
  const files = attachments.map(({ name, type }) => `[${type}${name ? ` ${name}` : ''}]`);
  return clean([content ?? '', ...files].filter((part) => part !== '').join(' '));
}
