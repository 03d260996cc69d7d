import type { Assistant, Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextArea, TextField, words } from '../../ui/Field.tsx';
import { counted, grouped } from '../../ui/numbers.ts';
import { toast } from '../../ui/Toast.tsx';
import css from './dialogs.module.css';

/** Sets who answers, and how. */
export function AssistantDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const client = useClient();
  const now: Assistant = session.conversation?.assistant ?? {};
  return (
    <FormDialog
      open
      draft={`assistant/${session.session_id}`}
      onClose={onClose}
      title="Assistant"
      description="Applies from the next message on. An empty field has the server's default."
      action="Save"
      submit={async (form) => {
        const number = (name: string) => (words(form, name) === '' ? null : Number(words(form, name)));
        await client.conversation.setAssistant(session.session_id, {
          model: words(form, 'model') || null,
          prompt: words(form, 'prompt') || null,
          temperature: number('temperature'),
          max_tokens: number('max_tokens'),
          tools: toolsOf(words(form, 'tools')),
        });
        toast('Assistant saved');
      }}
    >
      <TextArea
        label="Prompt"
        name="prompt"
        rows={6}
        autoFocus
        defaultValue={now.prompt ?? ''}
        placeholder="You review contracts. Answer in two sentences."
        hint="How it behaves: the first message of each request to the model."
      />
      <TextField
        label="Model"
        name="model"
        defaultValue={now.model ?? ''}
        hint="The name of a model that the server has."
      />
      <TextField
        label="Temperature"
        name="temperature"
        type="number"
        min={0}
        max={2}
        step="any"
        defaultValue={now.temperature ?? ''}
        hint="From 0, the likeliest words each time, to 2."
      />
      <TextField
        label="Maximum tokens"
        name="max_tokens"
        type="number"
        min={1}
        step={1}
        defaultValue={now.max_tokens ?? ''}
        hint="Of one answer."
      />
      <TextField
        label="Tools"
        name="tools"
        defaultValue={now.tools == null ? '' : now.tools.join(', ') || 'none'}
        placeholder="search, grep, read, calculate"
        hint="What the model may call: search, grep, read, calculate, names of MCP servers; or none."
      />
    </FormDialog>
  );
}

/** The names of tools in a text with commas; null if it says nothing. */
const toolsOf = (text: string): string[] | null => {
  const names = text.split(',').map((name) => name.trim());
  return text.trim() === '' ? null : names.filter((name) => name !== '' && name !== 'none');
};

/** Removes all turns, and the files unless they are to stay, once it is confirmed. */
export function ClearDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const client = useClient();
  const files = session.files?.count ?? 0;
  return (
    <FormDialog
      open
      danger
      onClose={onClose}
      title="Clear the conversation"
      description={`Removes ${counted(session.conversation?.turns ?? 0, 'turn')} in all branches, with their texts${
        files > 0 ? ', and the files' : ''
      }. The session and its assistant stay. This cannot be undone.`}
      action="Clear"
      submit={async (form) => {
        await client.conversation.clear(session.session_id, form.get('keep') === null ? {} : { keep_files: true });
        toast('Conversation cleared');
      }}
    >
      {files > 0 && (
        <label className={css.check}>
          <input type="checkbox" name="keep" /> Keep the files ({grouped(files)})
        </label>
      )}
    </FormDialog>
  );
}
