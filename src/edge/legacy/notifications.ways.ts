import { Injectable } from '@nestjs/common';
import { MembersService } from '../../messaging/members/members.service.js';
import type { Admitted } from '../../tenancy/access/request.js';
import { isOld, listQueryOf, newNotificationOf, oldNotification } from './notifications.words.js';
import { callerOf, queryOf, type Way, type Ways } from './way.js';
import { eachOf, isPlain, withoutNulls, type Plain } from './words.js';

/** Notifications: one for one channel, there. */
@Injectable()
export class NotificationsWays {
  readonly ways: Ways;

  constructor(private readonly members: MembersService) {
    const send: Way = {
      ask: (request) => this.ask(request),
      answer: (body, _, asked) => oldNotification(body, isPlain(asked) ? asked : undefined),
    };
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
      'PUT /notifications/:id': { ...read, ask: askForChange },
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
}

function askForChange(request: Admitted): void {
  if (!isPlain(request.body)) return;
  const { meta, ...body } = withoutNulls(request.body);
  request.body = { ...body, ...(meta !== undefined && { metadata: meta }) };
}
