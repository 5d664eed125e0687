import { Alert, Button, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { answer, apiFor, ApiProblem, type Api } from '../api.js';
import { setSession, wasRefused, type Session } from '../session.js';
import { Mistake, ProblemAlert } from '../shared/problem-alert.js';

export function Login() {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [refused] = useState(wasRefused);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      setSession(await sessionOf(whole(key.trim())));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <title>Log in · ChatAPI console</title>
      <Paper
        component="form"
        onSubmit={(event) => void submit(event as unknown as FormEvent)}
        p="xl"
        w="100%"
        maw={440}
      >
        <Stack gap="md">
          <div>
            <Title order={1}>ChatAPI console</Title>
            <Text size="sm" c="dimmed" mt={4}>
              With a master key you see its client; with the admin key all clients, but no messages.
            </Text>
          </div>
          <PasswordInput
            label="Key"
            placeholder="ck_master_…"
            required
            withAsterisk={false}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={key}
            onChange={({ currentTarget }) => setKey(currentTarget.value)}
          />
          {refused && problem === null && (
            <Alert color="red" variant="outline" role="alert" className="problem">
              Your key is no longer taken: log in with another.
            </Alert>
          )}
          {problem !== null && <ProblemAlert error={problem} />}
          <Button type="submit" size="sm" loading={busy} disabled={key.trim() === ''}>
            Log in
          </Button>
          <Text size="xs" c="dimmed">
            The key is kept for this tab only. The first start prints one; the admin key is <Code>ADMIN_API_KEY</Code>,
            or stands in <Code>admin-api-key</Code> of the data directory.
          </Text>
        </Stack>
      </Paper>
    </main>
  );
}

/** @throws Mistake for what no header can hold */
function whole(key: string): string {
  const [strange] = /[^\x21-\x7E]/u.exec(key) ?? [];
  if (strange === undefined) return key;
  throw new Mistake(`A key has only letters from a to z, digits and signs such as _; this one has “${strange}”.`);
}

/** @throws ApiProblem when the key opens nothing here */
async function sessionOf(key: string): Promise<Session> {
  const api = apiFor({ key: () => key });
  if (!key.startsWith('ck_')) return operatorOf(key, api);
  const me = await answer(api.GET('/api/v1/clients/me')).catch((error: unknown) => {
    // An operator may have chosen a key that looks like a client's.
    if (error instanceof ApiProblem && error.problem.code === 'forbidden') return null;
    throw error;
  });
  if (!me) return operatorOf(key, api);
  if (me.type === 'client') return { key, kind: 'master', client_id: me.client.id };
  throw new ApiProblem({
    status: 403,
    title: 'Not a key for the console',
    detail: 'This is the key of a user. The console takes a master key of a client, or the admin key.',
    code: 'forbidden',
    request_id: '',
    retryable: false,
    errors: [],
  });
}

async function operatorOf(key: string, api: Api): Promise<Session> {
  await answer(api.GET('/api/v1/clients', { params: { query: { limit: 1 } } }));
  return { key, kind: 'admin', client_id: null };
}
