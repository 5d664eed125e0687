import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { newId, type UserId } from '../../platform/common/ids.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { slugOf } from '../../platform/common/slug.js';
import { Config } from '../../platform/config/config.js';
import type { Permission } from '../../tenancy/access/permissions.js';
import type { LoginAnswerDto } from '../../tenancy/users/auth.dto.js';
import { DEMO_KEY_FILE } from '../operations/demo-client.js';
import type { DevelopmentLoginAnswerDto, DevelopmentLoginDto } from './development.dto.js';

const EXPIRES_IN_S = 12 * 60 * 60;
/** For which a window's former key still works, so that its socket can change over. */
const OVERLAP_S = 60;
const PERMISSIONS: Permission[] = [
  'read_messages',
  'send_messages',
  'join_rooms',
  'invite_users',
  'manage_rooms',
  'send_notifications',
];
/** Names may repeat and people rename rooms: by this the room of all is known. */
const MARK = { development: 'welcome' };

/** Logs people in by name alone, by the same calls with which the back end of an app does it. */
@Injectable()
export class DevelopmentService {
  /** One after the other: two first logins would make two rooms. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  async login(url: string, { name, device_id = newId() }: DevelopmentLoginDto): Promise<DevelopmentLoginAnswerDto> {
    const user_id = userIdOf(name);
    const login = await this.post<LoginAnswerDto>('/auth/login', {
      user_id,
      display_name: name.trim(),
      permissions: PERMISSIONS,
      device_id,
      expires_in: EXPIRES_IN_S,
      overlap_s: OVERLAP_S,
    });
    const { api_key, display_name, expires_at } = login;
    const room_id = await this.inTurn(() => this.enter(user_id));
    const user = { user_id, display_name: display_name ?? name };
    return { url, api_key, expires_at: expires_at!, user, room_id };
  }

  /** @returns the room of all, with this user in it */
  private async enter(user_id: UserId): Promise<string> {
    const filter = { 'metadata.development': MARK.development, status: 'active' };
    const found = await this.post<{ data: { id: string }[] }>('/rooms/query', { filter, limit: 1 });
    const id = found.data[0]?.id ?? (await this.makeRoom());
    // Who was banned from it stays out: that answer is about one member, and no failure of the call.
    await this.post(`/rooms/${id}/members`, { members: [user_id] });
    return id;
  }

  private async makeRoom(): Promise<string> {
    const description = 'Everybody who picks a name at /chat is here.';
    const body = { room_type: 'group', name: 'Welcome', description, privacy: 'public', metadata: MARK };
    return (await this.post<{ id: string }>('/rooms', body)).id;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private async post<T>(path: string, payload: object): Promise<T> {
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    const headers = { authorization: `Bearer ${this.masterKey()}` };
    const answer = await fastify.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
    if (answer.statusCode < 300) return answer.json();
    throw new Problem('conflict', `The demo client cannot do that: ${answer.json<{ detail: string }>().detail}`);
  }

  private masterKey(): string {
    const file = join(this.config.dataDir ?? '', DEMO_KEY_FILE);
    if (existsSync(file)) return readFileSync(file, 'utf8').trim();
    throw new Problem('conflict', `There is no demo client: its key is not in the data directory (${DEMO_KEY_FILE}).`);
  }
}

function userIdOf(name: string): UserId {
  const slug = slugOf(name);
  if (slug === null || slug === 'me') throw invalidField('name', 'must hold a letter or a digit, and not be "me"');
  return slug as UserId;
}
