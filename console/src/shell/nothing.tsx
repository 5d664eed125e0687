import { EmptyState } from '../shared/empty-state.js';

export function Nothing({ title, help }: { title: string; help: string }) {
  return <EmptyState title={title}>{help}</EmptyState>;
}
