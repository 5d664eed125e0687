import { useChat, useConnection } from '@chatapi/sdk/react';
import { useEffect, useRef, useState } from 'react';
import { attempt, count, timeOf } from './ui';

/** A switch that cuts the line, to see what a lost connection does: write meanwhile, here and elsewhere. */
export function LineSwitch() {
  const client = useChat();
  const isOn = useConnection().status !== 'idle';
  const turn = (): void => (isOn ? client.disconnect() : void attempt(client.connect()));
  return (
    <button role="switch" aria-checked={isOn} className="switch" onClick={turn}>
      <i aria-hidden="true" /> Connection
    </button>
  );
}

/** How the line is, and after a break what came of it. */
export function LineBanner() {
  const { status, since, catching_up } = useConnection();
  const applied = useCaughtUp();
  const isOff = status === 'offline' || status === 'idle';
  const news = catching_up ? 'Catching up …' : applied > 0 && `Back online: ${count(applied, 'event')} caught up.`;
  return (
    <div role="status" className={`banner ${isOff ? 'off' : ''}`}>
      {isOff ? `Offline since ${timeOf(since)}. What you write is sent when you are back.` : news}
    </div>
  );
}

const RESULT_STAYS_MS = 6000;
/** How many events the last catching up brought, for some seconds after it. */
function useCaughtUp(): number {
  const client = useChat();
  const { status, catching_up } = useConnection();
  const isThere = status === 'online' && !catching_up;
  const missed = useRef(-Infinity); // to get in is no catching up
  const [applied, setApplied] = useState(0);
  useEffect(() => {
    if (!isThere) return client.on('*', ({ rev }) => void (rev !== undefined && missed.current++));
    setApplied(missed.current);
    missed.current = 0;
    const timer = setTimeout(() => setApplied(0), RESULT_STAYS_MS);
    return () => clearTimeout(timer);
  }, [client, isThere]);
  return applied;
}
