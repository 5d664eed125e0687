import { Alert, Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { ApiProblem } from '../api.js';

/** What was entered can't be sent as it is: the message says why. */
export class Mistake extends Error {}

/** What went wrong, in the API's words, with the id by which the logs find it. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!(error instanceof ApiProblem)) return <Fault error={error} onRetry={onRetry} />;
  const { title, detail, code, request_id, errors } = error.problem;
  return (
    <Alert color="red" variant="outline" title={title} role="alert" className="problem">
      <Text size="sm">{detail}</Text>
      {errors.map(({ field, message }) => (
        <Text size="sm" key={`${field} ${message}`}>
          <Code>{field}</Code> {message}
        </Text>
      ))}
      <Group gap="xs" mt="xs">
        <Code>{code}</Code>
        {request_id && <CopyText text={request_id} what="request_id" />}
        {onRetry && <Retry onRetry={onRetry} />}
      </Group>
    </Alert>
  );
}

function Fault({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const title = error instanceof Mistake ? 'Not sent' : 'The page broke';
  return (
    <Alert color="red" variant="outline" title={title} role="alert" className="problem">
      <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
      {onRetry && <Retry onRetry={onRetry} />}
    </Alert>
  );
}

const Retry = ({ onRetry }: { onRetry: () => void }) => (
  <Button variant="default" onClick={onRetry}>
    Try again
  </Button>
);

/** @param what the text's name, shown before it and said to screen readers */
export function CopyText({ text, what }: { text: string; what?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <button type="button" className="copy" onClick={copy} title={`Copy ${what ?? text}`}>
          {what && <span className="copy-what">{what}</span>}
          <span className="copy-text">{text}</span>
          <span className="copy-done" role="status">
            {copied ? 'copied' : 'copy'}
          </span>
        </button>
      )}
    </CopyButton>
  );
}
