import type { Schema } from './routes.js';

/** An event that clients send, as the AsyncAPI document declares it: what generated tests go through. */
export interface UpEvent {
  name: string;
  /** `key` or a permission. */
  access: string;
  /** Codes that its ack can carry. */
  errors: string[];
  /** The schema of what it carries, references resolved at the top. */
  payload: Schema & { required?: string[] };
}

export function eventsOf(document: any): UpEvent[] {
  const resolve = ({ $ref }: { $ref: string }): any =>
    $ref
      .split('/')
      .slice(1)
      .reduce((at, key) => at[key], document);
  return Object.entries<any>(document.operations)
    .filter(([, { action }]) => action === 'receive')
    .map(([name, operation]) => ({
      name,
      access: operation['x-access'],
      errors: operation['x-errors'],
      payload: resolve(resolve(resolve(operation.messages[0])).payload),
    }));
}
