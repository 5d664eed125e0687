import { Loader } from '@mantine/core';
import { Component, lazy, Suspense, useEffect, type ComponentType, type ReactNode } from 'react';
import type { ConsolePage } from '../pages.js';
import { ProblemAlert } from '../shared/problem-alert.js';

const loaded = new Map<string, ComponentType>();

/** A page, loaded when it is first opened; what breaks in it leaves the navigation whole. */
export function Lazy({ page }: { page: ConsolePage }) {
  const Page = loaded.get(page.path) ?? lazy(page.load);
  loaded.set(page.path, Page);
  useEffect(() => {
    document.title = `${page.title} · ChatAPI console`;
  }, [page]);
  return (
    <Boundary key={page.path}>
      <Suspense fallback={<Loader aria-label="Loading" size="sm" />}>
        <Page />
      </Suspense>
    </Boundary>
  );
}

class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? (
      <ProblemAlert error={this.state.error} onRetry={() => location.reload()} />
    ) : (
      this.props.children
    );
  }
}
