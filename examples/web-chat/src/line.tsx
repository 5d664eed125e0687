import { useChat, useConnection } from '@chatapi/sdk/react';
import { useEffect, useState } from 'react';
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
  const news = catching_up ? 'Catching up …' : applied !== null && `Back online: ${count(applied, 'event')} caught up.`;
  return (
    <div role="status" className={`banner ${isOff ? 'off' : ''}`}>
      {isOff ? `Offline since ${timeOf(since)}. What you write is sent when you are back.` : news}
    </div>
  );
}

const RESULT_STAYS_MS = 6000;
/** How many events the last catching up brought, for some seconds after it. */
function useCaughtUp(): number | null {
  const client = useChat();
  const [applied, setApplied] = useState<number | null>(null);
  useEffect(() => {
    let missed: number | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const { status, catching_up } = client.connection.get();
      if (status === 'offline' || status === 'idle') missed ??= 0;
      if (status !== 'online' || catching_up || missed === null) return;
      setApplied(missed);
      missed = null;
      clearTimeout(timer);
      timer = setTimeout(() => setApplied(null), RESULT_STAYS_MS);
    };
    const count = ({ rev }: { rev?: number }): void => void (missed !== null && rev !== undefined && missed++);
    const ends = [client.connection.subscribe(look), client.on('*', count), () => clearTimeout(timer)];
    return () => ends.forEach((end) => end());
  }, [client]);
  return applied;
}
