import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { ProfilesService } from '../../tenancy/users/profiles.service.js';
import { PresenceRepository } from './presence.repository.js';

const WRITE_EVERY_MS = 1_000;
/** Of one user, by this node. */
const ONCE_PER_MS = 60_000;
const AT_ONCE = 1_000;

interface Noted {
  client_id: string;
  seenAt: number;
  /** Not to be written before. */
  dueAt: number;
}

/** When users were last seen: gathered here, and written in batches, at most once a minute and user. */
@Injectable()
export class LastSeen implements OnModuleInit, OnModuleDestroy {
  private readonly noted = new Map<UserPk, Noted>();
  private readonly writtenAt = new Map<UserPk, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | null = null;

  constructor(
    private readonly repository: PresenceRepository,
    profiles: ProfilesService,
  ) {
    profiles.registerLastSeen((clientId, userPks) => this.readMany(clientId, userPks));
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.write(), WRITE_EVERY_MS).unref();
  }

  /** What is not due yet is written all the same: a minute's last seen is lost otherwise. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write(true);
  }

  /** @param seenAt by the monotonic clock */
  note(clientId: string, userPk: UserPk, seenAt: number): void {
    const known = this.noted.get(userPk);
    if (known) {
      known.seenAt = Math.max(known.seenAt, seenAt);
      return;
    }
    const dueAt = (this.writtenAt.get(userPk) ?? Number.NEGATIVE_INFINITY) + ONCE_PER_MS;
    this.noted.set(userPk, { client_id: clientId, seenAt, dueAt });
  }

  /** What this node knows and has not written yet; undefined: nothing. */
  unwritten(userPk: UserPk): Date | undefined {
    const noted = this.noted.get(userPk);
    return noted && new Date(Date.now() - (performance.now() - noted.seenAt));
  }

  private async readMany(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, Date>> {
    const seen = new Map<UserPk, Date>();
    for (const [pk, { last_seen_at }] of await this.repository.findMany(clientId, userPks)) {
      if (last_seen_at) seen.set(pk, last_seen_at);
    }
    return seen;
  }

  private async write(all = false): Promise<void> {
    this.writing ??= this.writeDue(all).finally(() => (this.writing = null));
    await this.writing;
  }

  private async writeDue(all: boolean): Promise<void> {
    const now = performance.now();
    for (const [pk, at] of this.writtenAt) {
      if (now - at < ONCE_PER_MS) break; // The others were written later.
      this.writtenAt.delete(pk);
    }
    const due = [...this.noted].filter(([, { dueAt }]) => all || dueAt <= now);
    for (let at = 0; at < due.length; at += AT_ONCE) {
      if (!(await this.writeThese(due.slice(at, at + AT_ONCE)))) return;
    }
  }

  private async writeThese(users: [UserPk, Noted][]): Promise<boolean> {
    const now = performance.now();
    const rows = users.map(([user_pk, { client_id, seenAt }]) => ({ client_id, user_pk, ago_ms: now - seenAt }));
    for (const [pk] of users) this.noted.delete(pk);
    try {
      await this.repository.seen(rows);
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'When users were last seen could not be written.');
      for (const [pk, { client_id, seenAt }] of users) this.note(client_id, pk, seenAt);
      return false;
    }
    for (const [pk] of users) {
      this.writtenAt.delete(pk);
      this.writtenAt.set(pk, now);
    }
    return true;
  }
}
