import { Link, Outlet } from '@tanstack/react-router';
import { Activity, BookOpen, Bot, KeyRound, Layers, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useConnection } from '../data/connection.ts';
import mark from '../mark.svg';
import { IconButton } from '../ui/Button.tsx';
import css from './Shell.module.css';
import { setTheme, type Theme, useTheme } from './theme.ts';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: <Monitor />, light: <Sun />, dark: <Moon /> };

const PAGES = [
  { to: '/sessions', icon: Layers, title: 'Sessions' },
  { to: '/agents', icon: Bot, title: 'Agents' },
  { to: '/keys', icon: KeyRound, title: 'Keys' },
  { to: '/server', icon: Activity, title: 'Server' },
] as const;

/** What surrounds every page. */
export function Shell() {
  const { keyed, forget } = useConnection();
  const theme = useTheme();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#page">
        To the page
      </a>
      <nav className={css.nav} aria-label="Pages">
        <Link to="/sessions" className={css.brand}>
          <img src={mark} alt="" width="22" height="22" />
          sessiond
        </Link>
        <ul className={css.pages}>
          {PAGES.map(({ to, icon: Icon, title }) => (
            <li key={to}>
              <Link to={to} className={css.page}>
                <Icon size={16} aria-hidden="true" />
                {title}
              </Link>
            </li>
          ))}
        </ul>
        <div className={css.tools}>
          <a className={css.docs} href="/docs" target="_blank" rel="noreferrer" title="Documents">
            <BookOpen size={16} aria-hidden="true" />
            <span>Documents</span>
          </a>
          <IconButton
            label={`Colours: ${theme}; change to ${NEXT[theme]}`}
            icon={ICONS[theme]}
            onClick={() => setTheme(NEXT[theme])}
          />
          {keyed && <IconButton label="Forget the key" icon={<LogOut />} onClick={forget} />}
        </div>
      </nav>
      <main className={css.main} id="page" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
