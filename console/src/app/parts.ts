import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

/** What browsers and the bundler say when the code or the styles of a part cannot be loaded. */
const LOAD_ERRORS =
  /dynamically imported module|importing a module script failed|unable to preload css|module script|failed to load module/i;

export const isLoadError = (error: unknown): boolean => error instanceof Error && LOAD_ERRORS.test(error.message);

/** The program that a page of the console starts with: its name changes with each version. */
export const entryOf = (page: Document): string | undefined =>
  page.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src') ?? undefined;

/** A page whose code is loaded when it is opened, or a little before: `preload`. */
export function page<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): LazyExoticComponent<ComponentType> & { preload: () => Promise<void> } {
  const component = lazy(async () => ({ default: (await load())[name] }));
  return Object.assign(component, {
    // What fails now is reported when the page is opened.
    preload: () =>
      load().then(
        () => undefined,
        () => undefined,
      ),
  });
}
