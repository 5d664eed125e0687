import { isPlain, withoutNulls, type Plain } from './words.js';

const FILE_FIELDS = ['file_url', 'file_name', 'file_size', 'mime_type'] as const;
const BY_MEDIA: Record<string, string> = { image: 'image', video: 'video', audio: 'audio' };
const ATTACHED = ['image', 'file', 'video', 'audio', 'document'];

/** The body of a send or an edit: its file, of which there was one, is an attachment here. */
export function messageBodyOf(body: Plain): Plain {
  const { file_url, file_name, file_size, mime_type, ...message } = withoutNulls(body);
  if (file_url === undefined) return message;
  const type = kindOf(message.content_type, mime_type);
  const file = { type, url: file_url, name: file_name, size: file_size, mime_type };
  return {
    content_type: type,
    ...message,
    attachments: [withoutUndefined(file), ...(Array.isArray(message.attachments) ? message.attachments : [])],
  };
}

/** What kind of file it is: as the message says, else by its media type. */
function kindOf(contentType: unknown, mediaType: unknown): string {
  if (typeof contentType === 'string' && ATTACHED.includes(contentType)) return contentType;
  const [major = ''] = typeof mediaType === 'string' ? mediaType.split('/', 1) : [];
  return BY_MEDIA[major] ?? 'file';
}

const withoutUndefined = (fields: Plain): Plain =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A message as the first version answered it, beside what it is here. What is hidden from who reads is deleted, to it. */
export function oldMessage(message: Plain): Plain {
  const [file] = Array.isArray(message.attachments) ? (message.attachments as Plain[]) : [];
  return {
    content: null,
    ...message,
    sender_user_id: message.sender_id ?? null,
    is_edited: typeof message.edited_at === 'string',
    is_deleted: typeof message.deleted_at === 'string' || message.hidden === true,
    ...Object.fromEntries(FILE_FIELDS.map((field) => [field, fileField(file, field)])),
  };
}

const NAMES_HERE = { file_url: 'url', file_name: 'name', file_size: 'size', mime_type: 'mime_type' } as const;

const fileField = (file: Plain | undefined, field: (typeof FILE_FIELDS)[number]): unknown =>
  file?.[NAMES_HERE[field]] ?? null;

/** Without replies, where the caller did not want them. */
export const withoutReplies = (page: Plain): Plain => ({
  ...page,
  data: (page.data as unknown[]).filter((message) => !isPlain(message) || (message.thread_id ?? null) === null),
});
