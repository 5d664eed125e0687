import { Injectable } from '@nestjs/common';
import { Expressions } from '../../platform/expressions/expressions.js';
import type { ExpressionFault } from '../../platform/expressions/expression.js';
import type { EndpointMessageRow } from './endpoint-messages.repository.js';
import { Envelopes } from './envelopes.js';

export interface Judged {
  /** Those to be sent: the condition holds, or cannot be worked out. */
  sent: EndpointMessageRow[];
  skipped: EndpointMessageRow[];
  /** By the id of a message. */
  faults: Map<string, ExpressionFault>;
}

/** Which events an endpoint wants, by its condition. */
@Injectable()
export class Conditions {
  constructor(
    private readonly envelopes: Envelopes,
    private readonly expressions: Expressions,
  ) {}

  /** @throws Problem `overloaded` */
  async judge(clientId: string, condition: string | null, messages: EndpointMessageRow[]): Promise<Judged> {
    const judged: Judged = { sent: [], skipped: [], faults: new Map() };
    if (condition === null || messages.length === 0) return { ...judged, sent: messages };
    const envelopes = await this.envelopes.of(messages);
    const results = await this.expressions.evaluate(
      clientId,
      messages.map(({ id }) => ({ expression: condition, input: envelopes.get(id) ?? null })),
    );
    messages.forEach((message, at) => {
      const { value, error } = results[at]!;
      if (error) judged.faults.set(message.id, error);
      (error || holds(value) ? judged.sent : judged.skipped).push(message);
    });
    return judged;
  }
}

/** As JSONata's own `$boolean` has it. */
export function holds(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holds);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
