import { Text } from '@mantine/core';
import { StatusBadge } from '../../shared/status-badge.js';
import type { LineState } from '../kit/line.js';

const SAYS = {
  connecting: { word: 'connecting', tone: 'calm' },
  live: { word: 'live', tone: 'good' },
  waiting: { word: 'cut off, tries again', tone: 'warn' },
  refused: { word: 'refused', tone: 'bad' },
} as const;

/** Does what happens arrive here just now? */
export function LineBadge({ state, why }: { state: LineState; why: string | undefined }) {
  return (
    <Text component="div" size="sm" role="status">
      <StatusBadge status={SAYS[state].word} tone={SAYS[state].tone} /> {why}
    </Text>
  );
}
