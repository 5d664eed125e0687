import { Navigate, Route, Routes, useParams } from 'react-router';
import { isSeen, PAGES, type ConsolePage } from '../pages.js';
import { ScopeProvider } from '../scope.js';
import { useSession, type Session } from '../session.js';
import { Layout } from './layout.js';
import { Login } from './login.js';
import { Nothing } from './nothing.js';
import { Lazy } from './lazy.js';

/** Everything below /console: the login, and then the pages. The address stays as it was through the login. */
export function Shell() {
  const session = useSession();
  if (!session) return <Login />;
  return (
    <Routes>
      <Route path="client/:client_id/*" element={<OneClient session={session} />} />
      <Route path="*" element={<AllClients session={session} />} />
    </Routes>
  );
}

function OneClient({ session }: { session: Session }) {
  const { client_id: clientId = '' } = useParams();
  const strange = session.client_id !== null && session.client_id !== clientId;
  return (
    <ScopeProvider session={session} clientId={strange ? session.client_id : clientId}>
      <Layout>
        {strange ? (
          <Nothing title="Of another client" help="This address is of a client that your key is not of." />
        ) : (
          <Pages pages={PAGES.filter((page) => page.who !== 'admin' && isSeen(page, session))} first="overview" />
        )}
      </Layout>
    </ScopeProvider>
  );
}

function AllClients({ session }: { session: Session }) {
  if (session.client_id) return <Navigate replace to={`/client/${session.client_id}/overview`} />;
  return (
    <ScopeProvider session={session} clientId={null}>
      <Layout>
        <Pages pages={PAGES.filter(({ who }) => who === 'admin')} first="clients" />
      </Layout>
    </ScopeProvider>
  );
}

function Pages({ pages, first }: { pages: ConsolePage[]; first: string }) {
  return (
    <Routes>
      <Route index element={<Navigate replace to={first} />} />
      {pages.map((page) => (
        <Route key={page.path} path={`${page.path}/*`} element={<Lazy page={page} />} />
      ))}
      <Route
        path="*"
        element={
          <Nothing title="No such page" help="Choose one from the navigation; your key may not see all of them." />
        }
      />
    </Routes>
  );
}
