import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../../../platform/config/config.js';
import { MailboxProvider } from './mailbox.provider.js';

/** The mailbox of this installation: embedded mode has one. */
@Injectable()
export class Mailbox {
  readonly provider: MailboxProvider | null;

  constructor({ dataDir }: Config) {
    this.provider = dataDir === undefined ? null : new MailboxProvider(join(dataDir, 'mailbox'));
  }
}
