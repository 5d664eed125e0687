import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Problem } from '../../../platform/common/problem.js';
import { Turns } from '../../../platform/database/turns.js';
import { MentionsService } from '../../messages/mentions.service.js';
import type { Draft, DraftOrigin, PreSend } from '../../messages/pre-send.js';
import { HookFailure, readAnswer, type HookVerdict } from './hook-answer.js';
import { HookClient } from './hook-client.js';
import { MAX_TIMEOUT_MS, type HookDto } from './hook.dto.js';
import { PRE_SEND_HOOK } from './hook.settings.js';
import { Refusals } from '../refusals.service.js';
import { SendTargetsRepository } from '../send-targets.repository.js';

/**
 * Asks the client's own hook about what users write, after its word lists: a hook sees what would be written. While it is
 * asked, nothing of the database is held, and no other tenant's messages wait.
 */
@Injectable()
export class HookPreSend implements PreSend {
  /** Of one client, on this node: as many again may wait for those that are asked. */
  private readonly turns = new Turns({
    atOnce: 5_000,
    atOncePerKey: 100,
    maxWaiting: 10_000,
    maxWaitingPerKey: 100,
    patienceMs: MAX_TIMEOUT_MS,
  });

  constructor(
    private readonly client: HookClient,
    private readonly targets: SendTargetsRepository,
    private readonly mentions: MentionsService,
    private readonly refusals: Refusals,
  ) {}

  judge(origin: DraftOrigin, draft: Draft): Draft | Promise<Draft> {
    const { caller } = origin;
    const hook = PRE_SEND_HOOK.of(caller.settings);
    if (hook === null || !caller.user) return draft;
    return this.turns.run(caller.clientId, () => this.judgeBy(hook, origin, draft));
  }

  private async judgeBy(hook: HookDto, origin: DraftOrigin, draft: Draft): Promise<Draft> {
    const { caller, room_id, client_msg_id } = origin;
    const target = await this.targets.find(caller.clientId, room_id, caller.user!.user_pk, client_msg_id);
    // Who may not write there is told so; what was sent before is answered with its original.
    if (!target?.member || target.sent) return draft;
    if (hook.room_types && !hook.room_types.includes(target.room_type)) return draft;
    const verdict = await this.ask(hook, origin, draft);
    if (verdict === null) return this.refusals.refuse(origin, draft, unavailable());
    if (verdict.action === 'send') return verdict.draft;
    return this.refusals.refuse(origin, draft, new Problem('message_rejected', verdict.reason));
  }

  /** @returns null where there was no proper answer, and the message is not to go without */
  private async ask(
    hook: HookDto,
    { caller, room_id, client_msg_id }: DraftOrigin,
    draft: Draft,
  ): Promise<HookVerdict | null> {
    const { user_id, display_name } = caller.user!;
    const { flags: _, ...message } = draft;
    const question = { room_id, sender: { user_id, display_name }, message: { ...message, client_msg_id } };
    try {
      const verdict = readAnswer(caller, draft, await this.client.ask(caller.clientId, hook, question));
      if (verdict.action === 'send') await this.checkMentions(caller.clientId, room_id, draft, verdict.draft);
      return verdict;
    } catch (error) {
      if (!(error instanceof HookFailure)) throw error;
      return hook.on_failure === 'allow' ? { action: 'send', draft } : null;
    }
  }

  /** Those that the hook names are its own: the sender is not to be told of them. */
  private async checkMentions(clientId: string, roomId: string, { mentions }: Draft, replaced: Draft): Promise<void> {
    if (replaced.mentions.length === 0 || isDeepStrictEqual(replaced.mentions, mentions)) return;
    try {
      await this.mentions.resolve(clientId, roomId, replaced.mentions);
    } catch (error) {
      if (error instanceof Problem && error.code === 'user_unavailable') throw new HookFailure(error.message);
      throw error;
    }
  }
}

const unavailable = (): Problem =>
  new Problem('hook_unavailable', "The client's pre-send hook gave no proper answer. Try again.", { retryAfterS: 1 });
