import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/common/ids.js';
import { limits } from '../../platform/config/limits.js';
import { NIL_UUID, type Caller, type ClientFacts } from '../../tenancy/access/caller.js';
import { Request } from '../../tenancy/access/request.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { ChangesRepository } from '../messages/changes/changes.repository.js';
import { ChangesService } from '../messages/changes/changes.service.js';
import { checkDraft } from '../messages/draft.js';
import type { MessageRow } from '../messages/message.row.js';
import type { AttachmentDto } from '../messages/sending.dto.js';
import { messageUpdated } from '../messages/messages.events.js';
import { MessagesService } from '../messages/messages.service.js';
import type { Draft, DraftOrigin } from '../messages/pre-send.js';
import type { PreviewJob } from './link-previews.queue.js';
import { LINK_PREVIEWS } from './link-previews.settings.js';
import { linkId, linksOf, MAX_PREVIEWS } from './links.js';
import { PagePreviews } from './page-previews.js';

/** Previews of messages' links, as attachments that come and go with what the messages say. */
@Injectable()
export class LinkPreviewsService {
  constructor(
    private readonly pages: PagePreviews,
    private readonly clients: ClientsService,
    private readonly messages: MessagesService,
    private readonly changes: ChangesService,
    private readonly repository: ChangesRepository,
  ) {}

  /**
   * Fetches what is still to be fetched, and adds what the message still wants when that is done. Any number of times.
   * @throws Problem where the message is no more; Stopping
   */
  async attach({ client_id, room_id, id, links }: PreviewJob): Promise<void> {
    const facts = await this.clients.readFacts(client_id);
    if (!LINK_PREVIEWS.of(facts.settings)) return;
    const caller = clientItself(client_id, facts);
    const wanted = wantedBy(await this.messages.find(caller, room_id, id), (link) => links.includes(linkId(link)));
    const made = await Promise.all(wanted.map((link) => this.pages.of(client_id, link)));
    const previews = made.filter((preview) => preview !== null);
    if (previews.length === 0) return;
    await this.changes.change(new Request(caller, newId()), room_id, id, async ({ tx, message, rev }) => {
      const found = new Map(previews.map((preview) => [preview.url, preview]));
      const fresh = wantedBy(message, (link) => found.has(link)).map((link) => found.get(link)!);
      if (fresh.length === 0) return null;
      await this.repository.setAttachments(tx, client_id, id, [...message.attachments, ...fresh], rev);
      return messageUpdated;
    });
  }
}

/** Of an edit, without the previews of links that are no longer in the text. @throws Problem `validation_failed` */
export function withoutStalePreviews({ caller, purpose }: DraftOrigin, draft: Draft): Draft {
  if (purpose !== 'edit' || !draft.attachments.some(isPreview)) return draft;
  const links = linksOf(draft.content);
  const attachments = draft.attachments.filter((one) => !isPreview(one) || links.includes(one.url));
  return checkDraft(caller, { ...draft, attachments });
}

/** Those of these links that a message still has, and nothing yet to show of: as many as it has room for. */
function wantedBy(message: MessageRow, isAsked: (link: string) => boolean): string[] {
  const { content, content_type, attachments, deleted_at, shadowed } = message;
  if (content_type !== 'text' || deleted_at || shadowed) return [];
  const taken = new Set(attachments.map(({ url }) => url));
  const room = Math.min(MAX_PREVIEWS - attachments.filter(isPreview).length, limits.attachments - attachments.length);
  return linksOf(content)
    .filter((link) => isAsked(link) && !taken.has(link))
    .slice(0, Math.max(0, room));
}

const isPreview = ({ preview }: AttachmentDto): boolean => preview === true;

const clientItself = (clientId: string, facts: ClientFacts): Caller => ({
  kind: 'master',
  clientId,
  keyId: NIL_UUID,
  permissions: null,
  user: null,
  ...facts,
});
