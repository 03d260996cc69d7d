import { Terminal } from 'lucide-react';
import { useState } from 'react';
import { curl } from '../data/curl.ts';
import { Button } from './Button.tsx';
import { Command } from './Copy.tsx';
import { toast } from './Toast.tsx';

/** Shows an action as a command, without doing it; for what was typed before, it is closed again. */
export function AsCurl({ of: action, typed }: { of: () => Promise<unknown>; typed: unknown }) {
  const [shown, setShown] = useState<{ command: string; typed: unknown }>();
  const command = shown && shown.typed === typed ? shown.command : undefined;
  const show = async () => {
    if (command !== undefined) {
      setShown(undefined);
      return;
    }
    try {
      setShown({ command: await curl.of(action), typed });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'bad');
    }
  };
  return (
    <>
      {command !== undefined && <Command>{command}</Command>}
      <span>
        <Button look="quiet" icon={<Terminal />} aria-pressed={command !== undefined} onClick={() => void show()}>
          As curl
        </Button>
      </span>
    </>
  );
}
