import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import {
  Activity,
  BellRing,
  BookOpen,
  Bot,
  CalendarClock,
  Clock,
  Globe,
  Keyboard,
  KeyRound,
  Layers,
  LogOut,
  Monitor,
  Moon,
  Search,
  Sun,
  UserRound,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useClient, useConnection } from '../data/connection.ts';
import { whoamiQuery } from '../data/queries.ts';
import { useNewChat } from '../facets/conversation/useNewChat.ts';
import mark from '../mark.svg';
import { sizeOf, useAttention } from '../pages/attention/useAttention.ts';
import { IconButton } from '../ui/Button.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { setTheme, type Theme, useTheme } from '../ui/theme.ts';
import { setZone, useZone, zoneName } from '../ui/time.ts';
import { Help } from './Help.tsx';
import { type Command, Palette } from './Palette.tsx';
import { Reachable } from './Reachable.tsx';
import css from './Shell.module.css';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: <Monitor />, light: <Sun />, dark: <Moon /> };

const PAGES = [
  { to: '/sessions', icon: Layers, title: 'Sessions' },
  { to: '/attention', icon: BellRing, title: 'Needs attention' },
  { to: '/agents', icon: Bot, title: 'Agents' },
  { to: '/schedules', icon: CalendarClock, title: 'Schedules' },
  { to: '/keys', icon: KeyRound, title: 'Keys' },
  { to: '/server', icon: Activity, title: 'Server' },
] as const;

/** What surrounds every page. */
export function Shell() {
  const { keyed, signOut } = useConnection();
  const theme = useTheme();
  const zone = useZone();
  const navigate = useNavigate();
  const { data: who } = useQuery(whoamiQuery(useClient()));
  const newChat = useNewChat();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  useControlK(() => setPalette((before) => !before));
  useHeadingFocus();
  useShortcuts({
    'g s': () => void navigate({ to: '/sessions' }),
    'g n': () => void navigate({ to: '/attention' }),
    'g a': () => void navigate({ to: '/agents' }),
    'g c': () => void navigate({ to: '/schedules' }),
    'g k': () => void navigate({ to: '/keys' }),
    'g h': () => void navigate({ to: '/server' }),
    '?': () => setHelp(true),
  });
  // Until it is known who asks, nothing is hidden.
  const only = who?.session_id ?? undefined;
  const pages = PAGES.filter(({ to }) => only === undefined && (to !== '/keys' || !who || who.role === 'admin'));
  // The token of a session opens that session and no other page.
  const { pathname } = useLocation();
  useEffect(() => {
    if (only !== undefined && pageOf(pathname) !== `/sessions/${encodeURIComponent(only)}`) {
      void navigate({ to: '/sessions/$sessionId', params: { sessionId: only }, replace: true });
    }
  }, [only, pathname, navigate]);
  const commands: Command[] = [
    ...pages.map(({ to, title }) => ({ id: to, title, about: 'Page', act: () => void navigate({ to }) })),
    {
      id: 'new-session',
      title: 'New session',
      about: 'Action',
      words: 'create',
      act: () => void navigate({ to: '/sessions', search: { new: true } }),
    },
    ...(newChat
      ? [{ id: 'new-chat', title: 'New chat', about: 'Action', words: 'assistant create', act: newChat }]
      : []),
    {
      id: 'theme',
      title: `Theme: ${NEXT[theme]}`,
      about: 'Setting',
      words: 'dark light colours',
      act: () => setTheme(NEXT[theme]),
    },
    {
      id: 'zone',
      title: zone === 'utc' ? 'Times: local' : 'Times: UTC',
      about: 'Setting',
      words: 'zone',
      act: () => setZone(zone === 'utc' ? 'local' : 'utc'),
    },
    { id: 'help', title: 'Keyboard shortcuts', about: 'Help', act: () => setHelp(true) },
    { id: 'docs', title: 'Documentation', about: 'Help', act: () => void window.open('/docs', '_blank', 'noreferrer') },
    ...(keyed ? [{ id: 'sign-out', title: 'Sign out', about: 'Action', act: signOut }] : []),
  ];
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#page">
        Skip to content
      </a>
      <nav className={css.nav} aria-label="Pages">
        <Link to="/sessions" className={css.brand}>
          <img src={mark} alt="" width="22" height="22" />
          sessiond
        </Link>
        <ul className={css.pages}>
          {pages.map(({ to, icon: Icon, title }) => (
            <li key={to}>
              <Link to={to} className={css.page}>
                <Icon size={16} aria-hidden="true" />
                <span className={css.title}>{title}</span>
                {to === '/attention' && <AttentionCount />}
              </Link>
            </li>
          ))}
        </ul>
        {who && (
          <p className={css.who} title={who.keyless ? 'This server needs no key' : `Agents: ${who.agents.join(', ')}`}>
            <UserRound size={16} aria-hidden="true" />
            <span>
              {who.name}
              <small>{who.keyless ? 'no key needed' : only ? 'this session' : who.role}</small>
            </span>
          </p>
        )}
        <div className={css.tools}>
          <a className={css.docs} href="/docs" target="_blank" rel="noreferrer" title="Documentation">
            <BookOpen size={16} aria-hidden="true" />
            <span>Documentation</span>
          </a>
          <IconButton label="Search and commands (Ctrl+K)" icon={<Search />} onClick={() => setPalette(true)} />
          <IconButton
            className={css.keyboard}
            label="Keyboard shortcuts"
            icon={<Keyboard />}
            onClick={() => setHelp(true)}
          />
          <IconButton
            label={`Times: ${zone === 'utc' ? 'UTC' : `local, ${zoneName()}`}; change to ${zone === 'utc' ? 'local' : 'UTC'}`}
            icon={zone === 'utc' ? <Globe /> : <Clock />}
            onClick={() => setZone(zone === 'utc' ? 'local' : 'utc')}
          />
          <IconButton
            label={`Theme: ${theme}; change to ${NEXT[theme]}`}
            icon={ICONS[theme]}
            onClick={() => setTheme(NEXT[theme])}
          />
          {keyed && <IconButton label="Sign out" icon={<LogOut />} onClick={signOut} />}
        </div>
      </nav>
      <main className={css.main} id="page" tabIndex={-1}>
        <Reachable />
        <div className={css.content} data-scroll-restoration-id="content">
          <Outlet />
        </div>
      </main>
      <Help open={help} onClose={() => setHelp(false)} />
      <Palette open={palette} onClose={() => setPalette(false)} commands={commands} />
    </div>
  );
}

/** Ctrl-K, or Command-K, also while somebody types. */
function useControlK(act: () => void): void {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        current.current();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** So much needs a person; nothing when nothing does. */
function AttentionCount() {
  const { data } = useAttention('week', false);
  const size = data ? sizeOf(data) : 0;
  return size === 0 ? null : (
    <span className={css.badge} data-attention={size}>
      {size > 99 ? '99+' : size}
    </span>
  );
}

/** How long a page may take to have its heading, in milliseconds. */
const SETTLES = 3_000;

/** Whoever goes to another page is at its heading, and hears it; within a page the focus stays. */
function useHeadingFocus(): void {
  const router = useRouter();
  useEffect(() => {
    const focus = () => {
      const heading = document.querySelector<HTMLElement>('main h1');
      if (heading) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    };
    // A page that is still being read has another heading at first; when that goes, so does the focus.
    const observer = new MutationObserver(() => document.activeElement === document.body && focus());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = router.subscribe('onRendered', ({ fromLocation, toLocation }) => {
      if (fromLocation && pageOf(fromLocation.pathname) !== pageOf(toLocation.pathname)) {
        focus();
        observer.observe(document.body, { childList: true, subtree: true });
        clearTimeout(timer);
        timer = setTimeout(() => observer.disconnect(), SETTLES);
      }
    });
    return () => {
      unsubscribe();
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [router]);
}

/** A session's panels are one page. */
const pageOf = (path: string): string => path.split('/').slice(0, 3).join('/');
