import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import css from './Menu.module.css';

/** A button that opens a list of actions. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={css.content} align="end" sideOffset={6}>
          {children}
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
  return (
    <Radix.Item
      className={`${css.item} ${danger ? css.danger : ''}`}
      disabled={disabled || why !== undefined}
      onSelect={onSelect}
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
