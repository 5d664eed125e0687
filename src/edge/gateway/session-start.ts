import { Injectable } from '@nestjs/common';
import { ConnectionStarts } from '../../tenancy/access/connection-starts.js';
import { logger } from '../../platform/common/logger.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { Departure } from './departure.js';
import { Handshake } from './handshake.js';
import type { Session } from './session.js';
import { Subscriptions } from './subscriptions.js';

/** Lets an admitted session hear what is its own, whatever carries it. */
@Injectable()
export class SessionStart {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly handshake: Handshake,
    private readonly departure: Departure,
    private readonly starts: ConnectionStarts,
  ) {}

  /** Never rejects: a session that can't be begun is closed. */
  async begin(session: Session, apiKey: string): Promise<void> {
    this.starts.tell(session, session.caller);
    try {
      await this.subscriptions.open(session);
      if (this.departure.begun) session.close('lost');
      else if (!(await this.handshake.stillValid(session, apiKey))) session.close('over');
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'internal') logger.error({ err: error }, 'connection failed');
      session.close('lost');
    }
  }
}
