import { useEffect, useRef, useState } from 'react';
import { attempt, count, timeOf, useSession, useStore } from './ui';

/** A switch that cuts the line, to see what a lost connection does: write meanwhile, here and elsewhere. */
export function LineSwitch() {
  const { client } = useSession();
  const { status } = useStore(client.connection);
  const isCut = status === 'idle';
  const turn = (): void => {
    if (isCut) void attempt(client.connect());
    else client.disconnect();
  };
  return (
    <button role="switch" aria-checked={!isCut} className="switch" onClick={turn}>
      <i aria-hidden="true" /> Connection
    </button>
  );
}

const RESULT_STAYS_MS = 6000;

/** Above a room: how the line is, and after a break what came of it. */
export function LineBanner() {
  const { client } = useSession();
  const { status, since, catching_up, error } = useStore(client.connection);
  const applied = useCaughtUp();
  const isOff = status === 'offline' || status === 'idle';
  const text = isOff
    ? `You are offline since ${timeOf(since)}. What you write is sent when you are back.${error ? ` ${error.message}` : ''}`
    : catching_up
      ? 'Catching up …'
      : applied !== null && `Back online: ${count(applied, 'event')} caught up.`;
  return (
    <div role="status" className={`banner${isOff ? ' off' : ''}`}>
      {text}
    </div>
  );
}

/** How many events the last catching up brought, for some seconds after it. */
function useCaughtUp(): number | null {
  const { client } = useSession();
  const { status, catching_up } = useStore(client.connection);
  const isBehind = status !== 'online' || catching_up;
  const missed = useRef<number | null>(null);
  const [applied, setApplied] = useState<{ events: number } | null>(null);
  useEffect(() => {
    if (status === 'offline' || status === 'idle') missed.current ??= 0;
    if (isBehind || missed.current === null) return;
    setApplied({ events: missed.current });
    missed.current = null;
  }, [status, isBehind]);
  useEffect(() => {
    const counted = ({ rev }: { rev?: number }): void => {
      if (rev !== undefined && missed.current !== null) missed.current++;
    };
    return client.on('*', counted);
  }, [client]);
  useEffect(() => {
    if (!applied) return undefined;
    const timer = setTimeout(() => setApplied(null), RESULT_STAYS_MS);
    return () => clearTimeout(timer);
  }, [applied]);
  return applied && applied.events;
}
