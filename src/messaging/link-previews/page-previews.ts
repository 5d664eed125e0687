import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AddressGuard } from '../../platform/common/address-guard.js';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { Turns } from '../../platform/database/turns.js';
import type { AttachmentDto } from '../messages/sending.dto.js';
import { PageClient } from './page-client.js';
import { previewOf } from './preview.js';
import { publicNames } from './public-names.js';

/** From looking its name up to the last byte that is read, over all redirects. */
const FETCH_MS = 5_000;
const KEPT_MS = 600_000;
/** A page that can't be had now may be had soon. */
const FAILURE_KEPT_MS = 30_000;
const MAX_KEPT = 1_000;

/** This process is about to end: the work is to be done by another. */
export class Stopping extends Error {}

/** Previews of links, fetched once in a while for all of a client's messages on this node. */
@Injectable()
export class PagePreviews implements OnModuleDestroy {
  private readonly client: PageClient;
  private readonly kept = new LRUCache<string, Promise<AttachmentDto | null>>({ max: MAX_KEPT, ttl: KEPT_MS });
  private readonly fetching = new Set<AbortController>();
  private stopped = false;
  /** One client's slow pages are in nobody else's way. */
  private readonly turns = new Turns({
    atOnce: 32,
    atOncePerKey: 8,
    maxWaiting: 500,
    maxWaitingPerKey: 100,
    patienceMs: 30_000,
  });

  constructor(config: Config) {
    this.client = new PageClient(new AddressGuard(config.egressAllowPrivate, publicNames()));
  }

  onModuleDestroy(): void {
    this.stopped = true;
    for (const fetch of this.fetching) fetch.abort();
  }

  /** @returns null where there is nothing to be shown @throws Stopping */
  of(clientId: string, link: string): Promise<AttachmentDto | null> {
    const key = `${clientId} ${link}`;
    const kept = this.kept.get(key);
    if (kept) return kept;
    const made = this.tryToMake(key, clientId, link);
    this.kept.set(key, made);
    return made;
  }

  private async tryToMake(key: string, clientId: string, link: string): Promise<AttachmentDto | null> {
    try {
      return await this.turns.run(clientId, () => this.make(link));
    } catch (error) {
      if (this.stopped) throw new Stopping();
      logger.debug({ reason: (error as Error).message }, 'A link has no preview.');
      this.kept.set(key, Promise.resolve(null), { ttl: FAILURE_KEPT_MS });
      return null;
    }
  }

  private async make(link: string): Promise<AttachmentDto | null> {
    if (this.stopped) throw new Stopping();
    const fetch = new AbortController();
    const timer = setTimeout(() => fetch.abort(), FETCH_MS);
    this.fetching.add(fetch);
    try {
      return previewOf(link, await this.client.get(link, fetch.signal));
    } finally {
      clearTimeout(timer);
      this.fetching.delete(fetch);
    }
  }
}
