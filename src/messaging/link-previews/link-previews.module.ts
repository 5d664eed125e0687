import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PreSends } from '../messages/pre-send.js';
import { LinkPreviewsProcessor } from './link-previews.processor.js';
import { LINK_PREVIEWS_QUEUE, LinkPreviewsQueue } from './link-previews.queue.js';
import { LinkPreviewsService, withoutStalePreviews } from './link-previews.service.js';
import { PagePreviews } from './page-previews.js';

/** Previews of the pages that messages link to. */
@Module({
  imports: [registerQueue(LINK_PREVIEWS_QUEUE), ClientsModule, MessagesModule],
  providers: [LinkPreviewsProcessor, LinkPreviewsQueue, LinkPreviewsService, PagePreviews],
})
export class LinkPreviewsModule {
  constructor(preSends: PreSends, queue: LinkPreviewsQueue) {
    preSends.register({ judge: withoutStalePreviews, said: (said) => queue.said(said) });
  }
}
