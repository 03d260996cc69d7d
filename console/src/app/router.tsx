import { createRootRoute, createRoute, createRouter, Link, redirect } from '@tanstack/react-router';
import { isTime } from '../pages/sessions/query.ts';
import { Empty } from '../ui/Empty.tsx';
import { Failed } from './Boundary.tsx';
import { page } from './parts.ts';
import { Shell } from './Shell.tsx';
import type { PanelSearch, SessionsSearch } from './search.ts';

const text = (value: unknown): string | undefined => (value === undefined || value === '' ? undefined : String(value));

function NotFound() {
  return (
    <Empty level="h1" title="Page not found" action={<Link to="/sessions">All sessions</Link>}>
      The URL may belong to another version of the console.
    </Empty>
  );
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Failed,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/sessions', replace: true });
  },
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: '/sessions',
  validateSearch: (search: Record<string, unknown>): SessionsSearch =>
    Object.fromEntries(
      [
        ...['kind', 'status', 'q', 'owner', 'label', 'sort'].map((name) => [name, text(search[name])]),
        ['waiting', String(search.waiting) === 'true' || undefined],
        ['reverse', String(search.reverse) === 'true' || undefined],
        ['time', search.time === 'updated' ? 'updated' : undefined],
        ...['since', 'until'].map((name) => [name, isTime(String(search[name])) ? text(search[name]) : undefined]),
        ['new', String(search.new) === 'true' || undefined],
      ].filter(([, value]) => value !== undefined),
    ),
  component: page(() => import('../pages/sessions/SessionsPage.tsx'), 'SessionsPage'),
});

const session = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$sessionId',
  component: page(() => import('../pages/session/SessionPage.tsx'), 'SessionPage'),
});

// Within the session's own route, so that its page stays when another of its parts is opened. The page looks at the
// address itself, and renders the part that it names.
const panel = createRoute({
  getParentRoute: () => session,
  path: '$panel',
  validateSearch: (search: Record<string, unknown>): PanelSearch => search as PanelSearch,
});

const attention = createRoute({
  getParentRoute: () => root,
  path: '/attention',
  validateSearch: (search: Record<string, unknown>): PanelSearch => search as PanelSearch,
  component: page(() => import('../pages/attention/AttentionPage.tsx'), 'AttentionPage'),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  validateSearch: (search: Record<string, unknown>): PanelSearch => search as PanelSearch,
  component: page(() => import('../pages/agents/AgentsPage.tsx'), 'AgentsPage'),
});

const agent = createRoute({
  getParentRoute: () => root,
  path: '/agents/$agentId',
  validateSearch: (search: Record<string, unknown>): PanelSearch => search as PanelSearch,
  component: page(() => import('../pages/agents/AgentPage.tsx'), 'AgentPage'),
});

const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  component: page(() => import('../pages/schedules/SchedulesPage.tsx'), 'SchedulesPage'),
});

const accessKeys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: page(() => import('../pages/keys/KeysPage.tsx'), 'KeysPage'),
});

const server = createRoute({
  getParentRoute: () => root,
  path: '/server',
  component: page(() => import('../pages/server/ServerPage.tsx'), 'ServerPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    sessions,
    session.addChildren([panel]),
    attention,
    agents,
    agent,
    schedules,
    accessKeys,
    server,
  ]),
  basepath: '/console',
  // Within the shell: what fails on a page leaves the navigation, and what it says of the server, where they are.
  defaultErrorComponent: Failed,
  defaultPendingComponent: () => <p role="status">Loading…</p>,
  defaultPreload: 'intent',
  scrollRestoration: true,
  scrollToTopSelectors: ['[data-scroll-restoration-id="content"]'],
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
