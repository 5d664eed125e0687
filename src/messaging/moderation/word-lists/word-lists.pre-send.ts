import { Injectable } from '@nestjs/common';
import { Problem } from '../../../platform/common/problem.js';
import type { Draft, DraftOrigin, PreSend } from '../../messages/pre-send.js';
import type { CompiledLists, Verdict } from './compiled-lists.js';
import { KnownLists } from './known-lists.js';
import { Refusals } from '../refusals.service.js';

/** Holds what users write, and the names of what they attach, against their client's word lists. */
@Injectable()
export class WordListsPreSend implements PreSend {
  constructor(
    private readonly known: KnownLists,
    private readonly refusals: Refusals,
  ) {}

  judge(origin: DraftOrigin, draft: Draft): Draft | Promise<Draft> {
    if (!origin.caller.user) return draft;
    const lists = this.known.of(origin.caller);
    if (lists === null) return draft;
    return lists instanceof Promise
      ? lists.then((loaded) => this.judgeBy(loaded, origin, draft))
      : this.judgeBy(lists, origin, draft);
  }

  private judgeBy(lists: CompiledLists, origin: DraftOrigin, draft: Draft): Draft | Promise<Draft> {
    const content = draft.content === null ? null : lists.judge(draft.content);
    const names = draft.attachments.map(({ name }) => (name ? lists.judge(name) : null));
    const verdicts = [content, ...names].filter((verdict) => verdict !== null);
    const rejecting = namesIn(verdicts, 'rejecting');
    if (rejecting.length > 0) return this.refusals.refuse(origin, draft, rejected(rejecting));
    const flags = namesIn(verdicts, 'flagging');
    return {
      ...draft,
      content: content?.masked ?? draft.content,
      attachments: draft.attachments.map((one, at) => (names[at] ? { ...one, name: names[at].masked } : one)),
      ...(flags.length > 0 && { flags: [...(draft.flags ?? []), ...flags] }),
    };
  }
}

const namesIn = (verdicts: Verdict[], of: 'rejecting' | 'flagging'): string[] => [
  ...new Set(verdicts.flatMap((verdict) => verdict[of])),
];

const rejected = (lists: string[]): Problem =>
  new Problem('message_rejected', `The message holds words that are not wanted here: ${lists.join(', ')}.`);
