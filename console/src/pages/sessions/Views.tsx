import { useNavigate } from '@tanstack/react-router';
import { Bookmark, Check, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { SessionsSearch } from '../../app/search.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextField, words } from '../../ui/Field.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { toast } from '../../ui/Toast.tsx';
import { isSame, removeView, saveView, useViews } from './savedViews.ts';

/** Filters and orders that somebody gave a name: chosen, kept and removed here. */
export function Views({ search }: { search: SessionsSearch }) {
  const views = useViews();
  const navigate = useNavigate({ from: '/sessions' });
  const [naming, setNaming] = useState(false);
  const current = views.find((view) => isSame(view.search, search));
  const plain = Object.keys(search).length === 0;
  return (
    <>
      <Menu trigger={<Button icon={<Bookmark />}>{current?.name ?? 'Views'}</Button>}>
        {views.map(({ name, search: wanted }) => (
          <MenuItem
            key={name}
            icon={name === current?.name ? <Check /> : <Bookmark />}
            onSelect={() => void navigate({ search: wanted })}
          >
            {name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuSeparator />}
        <MenuItem
          icon={<Plus />}
          why={plain ? 'Choose a filter or an order first.' : current && 'It is saved already.'}
          onSelect={() => setNaming(true)}
        >
          Save this view…
        </MenuItem>
        {current && (
          <MenuItem icon={<Trash2 />} danger onSelect={() => removeView(current.name)}>
            Remove “{current.name}”
          </MenuItem>
        )}
      </Menu>
      <FormDialog
        open={naming}
        onClose={() => setNaming(false)}
        title="Save view"
        description="Keeps the filters and the order under a name, in this browser. The URL of the page can be shared."
        action="Save"
        asCurl={false}
        submit={async (form) => {
          const name = words(form, 'name');
          saveView({ name, search });
          toast(`View ${name} saved`);
        }}
      >
        <TextField label="Name" name="name" required autoFocus maxLength={60} placeholder="Failed in production" />
      </FormDialog>
    </>
  );
}
