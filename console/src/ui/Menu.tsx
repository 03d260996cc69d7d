import { DropdownMenu as Radix } from 'radix-ui';
import { createContext, type ReactNode, type RefObject, useContext, useRef } from 'react';
import css from './Menu.module.css';

type Chosen = RefObject<(() => void) | undefined>;
const ChosenContext = createContext<Chosen>({ current: undefined });

/**
 * A button that opens a list of actions. What is chosen is done when the list is gone and the button has the focus again:
 * a dialog gives it back to where it was when it opened.
 */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  const chosen: Chosen = useRef(undefined);
  const onClosed = () => {
    const act = chosen.current;
    chosen.current = undefined;
    // The list gives the focus back once this handler has returned.
    queueMicrotask(() => act?.());
  };
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={css.content} align="end" sideOffset={6} onCloseAutoFocus={onClosed}>
          <ChosenContext value={chosen}>{children}</ChosenContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be done now: it is then disabled, and says so. */
  why?: string | undefined;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, danger, disabled, why, onSelect, children }: MenuItemProps) {
  const chosen = useContext(ChosenContext);
  return (
    <Radix.Item
      className={`${css.item} ${danger ? css.danger : ''}`}
      disabled={disabled || why !== undefined}
      onSelect={() => {
        chosen.current = onSelect;
      }}
    >
      {icon}
      {why === undefined ? (
        children
      ) : (
        <span>
          {children}
          <span className={css.why}>{why}</span>
        </span>
      )}
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className={css.separator} />;
}
