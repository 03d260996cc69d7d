import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Key } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys, whoamiQuery } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Command } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { type Column, Named, Table } from '../../ui/Table.tsx';
import { Ago, useNow } from '../../ui/Times.tsx';
import css from './Keys.module.css';
import { NewKey } from './NewKey.tsx';
import { RevokeKey } from './RevokeKey.tsx';

/** The keys of the server, for its administrators. */
export function KeysPage() {
  const client = useClient();
  const who = useQuery(whoamiQuery(client));
  const admin = who.data?.role === 'admin';
  const { data, error, refetch } = useQuery({
    queryKey: keys.accessKeys,
    queryFn: ({ signal }) => client.keys.list({ signal }),
    refetchInterval: EVERY,
    enabled: admin,
  });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key>();
  const problem = useTold(error ?? who.error);
  return (
    <Page
      title="Keys"
      actions={
        admin && (
          <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
            New key
          </Button>
        )
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {who.data && !admin && (
        <Section>
          <Empty title="Only administrators can see keys">
            You are {who.data.name}, with the role {who.data.role}. Ask an administrator for a key with other rights.
          </Empty>
        </Section>
      )}
      {who.data?.keyless && (
        <aside className={css.notice} aria-label="This server needs no key">
          <KeyRound size={18} aria-hidden="true" />
          <div>
            <h2>This server needs no key</h2>
            <p>
              It listens only on this machine, and every user of this machine is its administrator. Before it listens on
              any other address it needs a key; once one exists, every request has to bring one. Make the first on the
              server:
            </p>
            <Command>sessiond key create --name you --role admin</Command>
            <p>
              If the server was started with <code>--dir</code>, add the same <code>--dir</code>: keys are in its
              directory.
            </p>
          </div>
        </aside>
      )}
      {data && (
        <Section flush>
          {data.keys.length === 0 ? (
            <Empty title="No keys yet">
              {who.data?.keyless
                ? 'This server does not need one yet.'
                : 'You use the administrator’s key of the configuration. Create keys for others with “New key”.'}
            </Empty>
          ) : (
            <KeyTable of={data.keys} onRevoke={setRevoking} />
          )}
        </Section>
      )}
      <NewKey open={making} keyless={who.data?.keyless ?? false} onClose={() => setMaking(false)} />
      {revoking && <RevokeKey of={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  );
}

type State = 'valid' | 'expired' | 'revoked';

function stateOf(key: Key, now: number): State {
  if (key.revoked_at) {
    return 'revoked';
  }
  return key.expires_at && Date.parse(key.expires_at) <= now ? 'expired' : 'valid';
}

function KeyTable({ of, onRevoke }: { of: readonly Key[]; onRevoke: (key: Key) => void }) {
  const now = useNow();
  const columns: Column<Key>[] = [
    {
      title: 'Name',
      of: (key) => (
        <Named name={key.name}>
          <code>{key.key_id}</code>
        </Named>
      ),
    },
    { title: 'Role', of: (key) => key.role },
    { title: 'State', of: (key) => <Status noun="key" of={stateOf(key, now)} /> },
    { title: 'Agents', wide: true, className: css.agents, of: (key) => key.agents?.join(', ') || '–' },
    { title: 'Created', wide: true, of: (key) => <Ago time={key.created_at} /> },
    { title: 'Expires', wide: true, of: (key) => (key.expires_at ? <Ago time={key.expires_at} /> : 'never') },
    {
      title: 'Actions',
      actions: true,
      of: (key) =>
        stateOf(key, now) === 'valid' && (
          <Button look="quiet" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}, ${key.key_id}`}>
            Revoke
          </Button>
        ),
    },
  ];
  return (
    <Table
      rows={of}
      columns={columns}
      id={({ key_id }) => key_id}
      data={(key) => ({ 'data-key': key.key_id, 'data-state': stateOf(key, now) })}
    />
  );
}
