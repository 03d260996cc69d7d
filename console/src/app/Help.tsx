import { Dialog } from '../ui/Dialog.tsx';
import css from './Help.module.css';
import { SHORTCUTS } from './shortcuts.ts';

/** What can be done without a mouse. */
export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts">
      {SHORTCUTS.map(({ place, keys }) => (
        <section key={place} className={css.place}>
          <h3>{place}</h3>
          <dl className={css.keys}>
            {keys.map(([keys, words]) => (
              <div key={keys}>
                <dt>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
