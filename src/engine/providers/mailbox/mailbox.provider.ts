import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import MailComposer from 'nodemailer/lib/mail-composer';
import { EMAIL } from '../email/email.channel.js';
import type { EmailContent } from '../email/email.content.js';
import { senderOf, toMail } from '../email/email.message.js';
import type { Outcome, OutboundDelivery, Provider, ProviderConfig, ProviderDescriptor } from '../provider.js';

export interface MailboxEntry {
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string | null;
  html: string | null;
  file: string;
  created_at: string;
}

/** Development: mail of clients without a provider is kept as files, nothing leaves the machine. */
export class MailboxProvider implements Provider<EmailContent> {
  constructor(private readonly folder: string) {}

  async send(batch: OutboundDelivery<EmailContent>[], config: ProviderConfig): Promise<Outcome[]> {
    return Promise.all(batch.map((delivery) => this.keep(delivery, config)));
  }

  /** The newest first; ids ascend with time. */
  async list(limit: number): Promise<MailboxEntry[]> {
    const files = await readdir(this.folder).catch(() => []);
    const newest = files
      .filter((file) => file.endsWith('.json'))
      .toSorted()
      .reverse()
      .slice(0, limit);
    return Promise.all(
      newest.map(async (file) => JSON.parse(await readFile(join(this.folder, file), 'utf8')) as MailboxEntry),
    );
  }

  private async keep(delivery: OutboundDelivery<EmailContent>, config: ProviderConfig): Promise<Outcome> {
    const from = senderOf(delivery.content, config) ?? { name: '', address: 'no-reply@chatapi.localhost' };
    try {
      const raw = await new MailComposer(toMail(delivery, from)).compile().build();
      const file = `${delivery.id}.eml`;
      const entry: MailboxEntry = {
        id: delivery.id,
        from: from.address,
        to: delivery.address ?? '',
        subject: delivery.content.subject,
        text: delivery.content.text ?? null,
        html: delivery.content.html ?? null,
        file,
        created_at: new Date().toISOString(),
      };
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.write(file, raw);
      await this.write(`${delivery.id}.json`, JSON.stringify(entry));
      return { kind: 'accepted', provider_message_id: delivery.message_id };
    } catch (error) {
      return { kind: 'retryable', fault: 'provider', code: 'mailbox_not_writable', message: (error as Error).message };
    }
  }

  /** A reader never sees half a file. */
  private async write(file: string, content: string | Buffer): Promise<void> {
    const path = join(this.folder, file);
    await writeFile(`${path}.tmp`, content, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  }
}

export const mailboxBuiltIn = (mailbox: MailboxProvider): ProviderDescriptor<EmailContent> => ({
  channel: EMAIL,
  type: 'mailbox',
  configSchema: null,
  secretFields: [],
  builtIn: { reason: 'development' },
  maxBatch: 1,
  inFlight: 10,
  retryPolicy: EMAIL.retryPolicy,
  create: () => mailbox,
});
