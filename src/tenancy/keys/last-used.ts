import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { KeysRepository } from './keys.repository.js';

const GATHER_MS = 1_000;

/** Gathers the uses of keys, so that a busy tenant's key costs one small write a minute and not one per request. */
@Injectable()
export class LastUsed implements OnModuleDestroy {
  private readonly pending = new Map<string, { clientId: string; keyId: string }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly repository: KeysRepository) {}

  note(clientId: string, keyId: string): void {
    this.pending.set(keyId, { clientId, keyId });
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    if (this.pending.size === 0) return;
    const keys = [...this.pending.values()];
    this.pending.clear();
    try {
      await this.repository.touch(keys);
    } catch (error) {
      // Nothing depends on it; the next use is noted again.
      logger.debug({ reason: (error as Error).message }, 'The last use of keys could not be noted.');
    }
  }
}
