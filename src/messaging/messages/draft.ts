import type { Caller } from '../../tenancy/access/caller.js';
import { invalidField } from '../../platform/common/problem.js';
import { mergeMetadata } from '../../platform/common/metadata.js';
import type { AttachmentDto, MentionDto, SendMessageDto } from './sending.dto.js';
import type { EditMessageDto } from './changes/changes.dto.js';
import type { Draft } from './pre-send.js';

/** What a body says, with what it leaves out. @throws Problem `validation_failed` for what says nothing, or may not be said by the caller */
export function draftOf(caller: Caller, dto: Omit<SendMessageDto, 'client_msg_id'>): Draft {
  const { content = null, content_type = 'text', attachments = [], mentions = [], metadata = {} } = dto;
  return checkDraft(caller, {
    content_type,
    content,
    attachments: attachments.length === 0 ? attachments : attachments.filter(({ preview }) => !preview).map(whole),
    mentions: mentions.length === 0 ? mentions : mentionsOf(mentions),
    metadata,
  });
}

/** What a message says, changed (RFC 7396). @throws Problem `validation_failed` */
export function patchedDraft(
  caller: Caller,
  before: Draft,
  { content, content_type, attachments, mentions, metadata }: Omit<EditMessageDto, 'if_rev'>,
): Draft {
  return checkDraft(caller, {
    content_type: content_type ?? before.content_type,
    content: content === undefined ? before.content : content,
    attachments: attachments ? patchedAttachments(before.attachments, attachments) : before.attachments,
    mentions: mentions ? mentionsOf(mentions) : before.mentions,
    metadata: metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
  });
}

/** @throws Problem `validation_failed` */
export function checkDraft(caller: Caller, draft: Draft): Draft {
  const { content, content_type, attachments } = draft;
  if (content === null && attachments.length === 0 && content_type !== 'custom' && content_type !== 'system') {
    throw invalidField('content', 'is required unless there are attachments or content_type is custom or system');
  }
  if (content_type === 'system' && (caller.kind !== 'master' || caller.user)) {
    throw invalidField('content_type', 'system is for the client itself: a master key without X-User-Id');
  }
  return draft;
}

/** Previews are what they were: who edits says which of them stay. */
const patchedAttachments = (before: AttachmentDto[], given: AttachmentDto[]): AttachmentDto[] =>
  given.flatMap((one) => {
    if (!one.preview) return whole(one);
    return before.find(({ preview, url }) => preview && url === one.url) ?? [];
  });

/** With every field that its shape promises, and none of those that only previews have. */
function whole(attachment: AttachmentDto): AttachmentDto {
  const { type, url, name = null, size = null, mime_type = null, ...more } = attachment;
  const { preview: _, title: _t, description: _d, image_url: _i, site_name: _s, ...rest } = more;
  return { type, url, name, size, mime_type, ...rest };
}

/** Each once. @throws Problem `validation_failed` */
function mentionsOf(mentions: MentionDto[]): MentionDto[] {
  const known = new Map<string, MentionDto>();
  mentions.forEach(({ type, user_id }, index) => {
    if (type === 'room') {
      if (user_id !== undefined) throw invalidField(`mentions[${index}].user_id`, 'goes with the type user');
      known.set('room', { type });
    } else {
      if (user_id === undefined) throw invalidField(`mentions[${index}].user_id`, 'is required');
      known.set(`user ${user_id}`, { type, user_id });
    }
  });
  return [...known.values()];
}
