import { Injectable } from '@nestjs/common';
import { NotificationsReader } from '../../delivery/notifications/notifications.reader.js';
import { MembersService } from '../../messaging/members/members.service.js';
import type { Admitted } from '../../tenancy/access/request.js';
import {
  changedNotificationOf,
  changesContent,
  isOld,
  listQueryOf,
  newNotificationOf,
  oldNotification,
} from './notifications.words.js';
import { callerOf, paramOf, queryOf, type Way, type Ways } from './way.js';
import { eachOf, isPlain, withoutNulls, type Plain } from './words.js';

/** Notifications: one for one channel, there. */
@Injectable()
export class NotificationsWays {
  readonly ways: Ways;

  constructor(
    private readonly members: MembersService,
    private readonly notifications: NotificationsReader,
  ) {
    const answer: Way['answer'] = (body, _, asked) => oldNotification(body, isPlain(asked) ? asked : undefined);
    const send: Way = { answer, ask: (request) => this.ask(request) };
    const read: Way = { answer: (body) => oldNotification(body) };
    this.ways = {
      'POST /notifications': send,
      'POST /notifications/send': send,
      'POST /notifications/batch': { ask: (request) => this.askForMany(request) },
      'GET /notifications': {
        ask: (request) => void (request.query = listQueryOf(queryOf(request))),
        answer: (body) => eachOf(body, oldNotification),
      },
      'GET /notifications/:id': read,
      'PUT /notifications/:id': { answer, ask: (request) => this.askForChange(request) },
      'POST /notifications/:id/retry': read,
      'POST /notifications/:id/cancel': read,
    };
  }

  /** @returns the body as it came, where it was the first version's */
  private async ask(request: Admitted): Promise<Plain | undefined> {
    const { body } = request;
    if (!isPlain(body) || !isOld(body)) return undefined;
    request.body = await this.translate(request, body);
    return body;
  }

  /** What can't be translated stays as it is, and becomes the error of its item. */
  private async askForMany(request: Admitted): Promise<void> {
    const { body } = request;
    if (!isPlain(body) || !Array.isArray(body.notifications)) return;
    const notifications: unknown[] = [];
    for (const one of body.notifications as unknown[]) {
      const old = isPlain(one) && isOld(one);
      notifications.push(old ? await this.translate(request, one).catch(() => one) : one);
    }
    request.body = { ...body, notifications };
  }

  private translate(request: Admitted, body: Plain): Promise<Plain> {
    return newNotificationOf(body, async (roomId) => {
      const caller = callerOf(request);
      const { data } = await this.members.list(caller, roomId, { limit: 3 });
      const others = data.filter(({ user_id }) => user_id !== caller.user?.user_id);
      return others.length === 1 ? others[0]!.user_id : null;
    });
  }

  /** @returns the body as it came, where it says anew what is sent */
  private async askForChange(request: Admitted): Promise<Plain | undefined> {
    if (!isPlain(request.body)) return undefined;
    const { meta, ...rest } = withoutNulls(request.body);
    const body = { ...rest, ...(meta !== undefined && { metadata: meta }) };
    request.body = body;
    if (!changesContent(body)) return undefined;
    const contents = await this.notifications.contents(callerOf(request), paramOf(request, 'id'));
    request.body = changedNotificationOf(body, contents);
    return rest;
  }
}
