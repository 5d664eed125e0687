import { Code } from '@mantine/core';
import { CopyText } from './problem-alert.js';

const LONGEST = 20_000;

/** A value as JSON (a text that is JSON, too), to be read and copied. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = textOf(value);
  return (
    <div className="json">
      <CopyText text={text} what={label} />
      <Code block tabIndex={0} role="region" aria-label={label}>
        {text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… ${text.length - LONGEST} more characters` : text}
      </Code>
    </div>
  );
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2) ?? '';
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
