import { ActionIcon, AppShell, Burger, Button, Group, NavLink, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure, useWindowEvent } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { addressOf, keptOf } from '../address.js';
import { answer } from '../api.js';
import { isSeen, PAGES, type ConsolePage } from '../pages.js';
import { useScope } from '../scope.js';
import { setSession } from '../session.js';

export function Layout({ children }: { children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const burger = useRef<HTMLButtonElement>(null);
  useEffect(close, [pathname, close]);
  useWindowEvent('keydown', ({ key }) => {
    if (!opened || key !== 'Escape') return;
    close();
    burger.current?.focus();
  });
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
      transitionDuration={0}
    >
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header className="header">
        <Group gap="xs" wrap="nowrap" className="header-start">
          <Burger
            ref={burger}
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label="Navigation"
            aria-expanded={opened}
          />
          <Link to="/" className="brand">
            ChatAPI
          </Link>
          <WhichClient />
        </Group>
        <Group gap="xs" wrap="nowrap">
          <SchemeSwitch />
          <Button variant="default" onClick={() => setSession(null)}>
            Log out
          </Button>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages" className={opened ? 'navbar' : 'navbar navbar-closed'}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Focus>{children}</Focus>
      </AppShell.Main>
    </AppShell>
  );
}

/** Who reads with a screen reader begins at the top of a new page. */
function Focus({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current !== pathname) window.scrollTo(0, 0);
    before.current = pathname;
  }, [pathname]);
  return <div className="page">{children}</div>;
}

function WhichClient() {
  const { api, session, clientId } = useScope();
  const { data } = useQuery({
    queryKey: ['client', clientId],
    enabled: clientId !== null,
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      session.kind === 'master'
        ? (await answer(api.GET('/api/v1/clients/me', { signal }))).client
        : answer(api.GET('/api/v1/clients/{id}', { params: { path: { id: clientId! } }, signal })),
  });
  if (clientId === null) return <Text size="sm">All clients</Text>;
  return (
    <Text size="sm" truncate>
      {data?.name ?? '…'}
      {data && !data.is_active && ' (suspended)'}
    </Text>
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = ({ auto: 'dark', dark: 'light', light: 'auto' } as const)[colorScheme];
  const shown = { auto: '◐', dark: '☾', light: '☀' }[colorScheme];
  const label = { auto: 'as the system', dark: 'dark', light: 'light' };
  return (
    <ActionIcon
      variant="default"
      size={30}
      onClick={() => setColorScheme(next)}
      aria-label={`Colours: ${label[colorScheme]}. Change to ${label[next]}`}
      title={`Colours: ${label[colorScheme]}`}
    >
      <span aria-hidden>{shown}</span>
    </ActionIcon>
  );
}

function Navigation() {
  const { session, clientId } = useScope();
  const shown = PAGES.filter((page) => isSeen(page, session) && (page.who === 'admin' || clientId !== null));
  const groups = [...new Set(shown.map(({ group }) => group))];
  return groups.map((group) => (
    <div key={group} className="nav-group">
      <Text component="h2" size="xs" c="dimmed" px="sm" pb={2}>
        {group}
      </Text>
      {shown
        .filter((page) => page.group === group)
        .map((page) => (
          <PageLink key={page.path} page={page} />
        ))}
    </div>
  ));
}

function PageLink({ page }: { page: ConsolePage }) {
  const { clientId } = useScope();
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const of = page.who === 'admin' ? null : clientId;
  const path = addressOf(page.path, of);
  const active = pathname === path || pathname.startsWith(`${path}/`);
  return (
    <NavLink
      component={Link}
      to={addressOf(page.path, of, keptOf(search))}
      label={page.title}
      active={active}
      aria-current={active ? 'page' : undefined}
    />
  );
}
