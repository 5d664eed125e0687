import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CompiledLists } from './compiled-lists.js';
import { WordListsRepository } from './word-lists.repository.js';
import { WORD_LISTS } from './word-lists.settings.js';

/** The largest that a client may have takes 40 MB; most take some kilobytes. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Compiled word lists of the clients that sent lately, of each the version that its settings name. What is loaded for a
 * version may be a later one: then the message is judged by settings that hold no longer, and judged again.
 */
@Injectable()
export class KnownLists {
  private readonly compiled = new LRUCache<string, CompiledLists>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });
  private readonly loading = new Map<string, Promise<CompiledLists>>();

  constructor(private readonly repository: WordListsRepository) {}

  /** @returns null where the client has none; no promise for what is known */
  of({ clientId, settings }: Caller): CompiledLists | Promise<CompiledLists> | null {
    const lists = WORD_LISTS.of(settings);
    if (lists === null) return null;
    const key = `${clientId} ${lists.version}`;
    const known = this.compiled.get(key);
    if (known) return known;
    const loading = this.loading.get(key) ?? this.load(clientId, key);
    this.loading.set(key, loading);
    return loading;
  }

  private async load(clientId: string, key: string): Promise<CompiledLists> {
    try {
      const compiled = await CompiledLists.of(await this.repository.list(clientId));
      this.compiled.set(key, compiled);
      return compiled;
    } finally {
      this.loading.delete(key);
    }
  }
}
