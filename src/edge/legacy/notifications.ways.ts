import { Injectable } from '@nestjs/common';
import { MAX_BATCH } from '../../delivery/notifications/notification-orders.dto.js';
import { NotificationsReader } from '../../delivery/notifications/notifications.reader.js';
import { Problem } from '../../platform/common/problem.js';
import { MembersService } from '../../messaging/members/members.service.js';
import type { Admitted } from '../../tenancy/access/request.js';
import {
  changedNotificationOf,
  changesContent,
  isOld,
  listQueryOf,
  newNotificationOf,
  oldNotification,
  oldResults,
} from './notifications.words.js';
import { callerOf, paramOf, queryOf, type Way, type Ways } from './way.js';
import { isPlain, withoutNulls, type Plain } from './words.js';

/** Notifications of a list of which the first delivery is read at once. */
const READ_AT_ONCE = 5;

/** What came for many, and what could not be translated of it. */
type AskedForMany = [asked: (Plain | undefined)[], faults: Map<number, Problem>];

const isOldBody = (body: unknown): body is Plain => isPlain(body) && isOld(body);

/** @throws what is no fault of the item */
function faultOf(error: unknown): Problem {
  if (error instanceof Problem && error.status < 500) return error;
  throw error;
}

/** Notifications: one for one channel, there. */
@Injectable()
export class NotificationsWays {
  readonly ways: Ways;

  constructor(
    private readonly members: MembersService,
    private readonly notifications: NotificationsReader,
  ) {
    const answer: Way['answer'] = (body, _, asked) => oldNotification(body, isPlain(asked) ? asked : undefined);
    const send: Way = {
      ask: (request) => this.ask(request),
      answer: (body, request, asked) => answer(body, request, asked ?? (isOldBody(request.body) ? request.body : null)),
    };
    const read: Way = { answer: (body) => oldNotification(body) };
    this.ways = {
      'POST /notifications': send,
      'POST /notifications/send': send,
      'POST /notifications/batch': {
        ask: (request) => this.askForMany(request),
        answer: async (body, request, memo) => {
          const asked = (memo ?? (await this.askForMany(request))) as AskedForMany | undefined;
          return asked ? oldResults(body, ...asked) : body;
        },
      },
      'GET /notifications': {
        ask: (request) => void (request.query = listQueryOf(queryOf(request))),
        answer: (body, request) => this.list(body, request),
      },
      'GET /notifications/:id': read,
      'PUT /notifications/:id': { answer, ask: (request) => this.askForChange(request) },
      'POST /notifications/:id/retry': read,
      'POST /notifications/:id/cancel': read,
    };
  }

  /** There, a list said of each what it was, and what became of it: that is known of its first delivery. */
  private async list(body: Plain, request: Admitted): Promise<Plain> {
    const all = body.data as Plain[];
    const said: Plain[] = [];
    for (let at = 0; at < all.length; at += READ_AT_ONCE) {
      const some = all.slice(at, at + READ_AT_ONCE);
      said.push(...(await Promise.all(some.map((one) => this.ofList(one, request)))));
    }
    return { ...body, data: said };
  }

  private async ofList(notification: Plain, request: Admitted): Promise<Plain> {
    const { data } = await this.notifications.deliveries(callerOf(request), notification.id as string, { limit: 1 });
    const { deliveries: _, ...old } = oldNotification({ ...notification, deliveries: data });
    return old;
  }

  /** @returns the body as it came, where it was the first version's */
  private async ask(request: Admitted): Promise<Plain | undefined> {
    const { body } = request;
    if (!isOldBody(body)) return undefined;
    request.body = await this.translate(request, body);
    return body;
  }

  /** What can't be translated stays as it is, which nobody else takes; why it can't is the answer of its item. */
  private async askForMany(request: Admitted): Promise<AskedForMany | undefined> {
    const { body } = request;
    if (!isPlain(body) || !Array.isArray(body.notifications)) return undefined;
    const came = body.notifications as unknown[];
    // Of so many none is taken.
    if (came.length > MAX_BATCH) return undefined;
    const asked = came.map((one) => (isOldBody(one) ? one : undefined));
    const faults = new Map<number, Problem>();
    const notifications: unknown[] = [];
    for (const [index, one] of came.entries()) {
      const old = asked[index];
      const now = old && (await this.translate(request, old).catch(faultOf));
      if (now instanceof Problem) faults.set(index, now);
      notifications.push(now === undefined || now instanceof Problem ? one : now);
    }
    request.body = { ...body, notifications };
    return [asked, faults];
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
