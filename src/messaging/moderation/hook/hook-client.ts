import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SigningSecretsService } from '../../../tenancy/clients/signing-secrets.service.js';
import { HttpClient, type HttpAnswer } from '../../../engine/providers/webhook/http-client.js';
import { signedHeaders } from '../../../engine/providers/webhook/signature.js';
import { AddressGuard } from '../../../platform/common/address-guard.js';
import { newId } from '../../../platform/common/ids.js';
import { Config } from '../../../platform/config/config.js';
import { HookFailure } from './hook-answer.js';
import { MAX_TIMEOUT_MS, type HookDto } from './hook.dto.js';

/** The largest message, escaped as its writer likes. */
const MAX_ANSWER_BYTES = 512 * 1024;

/** Asks clients' hooks: signed as webhooks to bare URLs are, over kept connections, at public addresses only. */
@Injectable()
export class HookClient implements OnApplicationShutdown {
  private readonly http: HttpClient;

  constructor(
    config: Config,
    private readonly secrets: SigningSecretsService,
  ) {
    this.http = new HttpClient(new AddressGuard(config.egressAllowPrivate), {
      timeoutMs: MAX_TIMEOUT_MS,
      maxBodyBytes: MAX_ANSWER_BYTES,
      repeats: true,
    });
  }

  onApplicationShutdown(): void {
    this.http.close();
  }

  /** @returns the body of a 2xx @throws HookFailure */
  async ask(clientId: string, { url, timeout_ms }: HookDto, question: object): Promise<string> {
    const body = JSON.stringify(question);
    const headers = signedHeaders(await this.secrets.active(clientId), newId(), body);
    const { status, body: answer } = await this.post(clientId, url, headers, body, timeout_ms);
    if (status < 200 || status > 299) throw new HookFailure(`It answered ${status}.`);
    return answer;
  }

  private async post(
    clientId: string,
    url: string,
    headers: Record<string, string>,
    body: string,
    timeoutMs: number,
  ): Promise<HttpAnswer> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    try {
      return await this.http.post(clientId, url, headers, body, timeout.signal);
    } catch (error) {
      throw new HookFailure((error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  }
}
