import { Module } from '@nestjs/common';
import { ProviderRegistry } from '../provider.registry.js';
import { ProvidersModule } from '../providers.module.js';
import { MailboxController } from './mailbox.controller.js';
import { Mailbox } from './mailbox.js';
import { mailboxBuiltIn } from './mailbox.provider.js';

@Module({ imports: [ProvidersModule], controllers: [MailboxController], providers: [Mailbox] })
export class MailboxModule {
  constructor(registry: ProviderRegistry, { provider }: Mailbox) {
    if (provider) registry.register(mailboxBuiltIn(provider));
  }
}
