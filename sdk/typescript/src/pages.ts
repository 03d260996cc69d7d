/** The items of a list, page after page: each page says in `next_cursor` where the next one begins. */
export async function* pages<Page extends { next_cursor?: string | null }, Item>(
  fetch: (cursor: { cursor?: string }) => Promise<Page>,
  items: (page: Page) => Item[],
): AsyncGenerator<Item, void, undefined> {
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = await fetch(cursor);
    yield* items(page);
    if (page.next_cursor === undefined || page.next_cursor === null) {
      return;
    }
    cursor = { cursor: page.next_cursor };
  }
}

/** As {@link pages}, where a page goes on after a number. */
export async function* pagesAfter<Page extends { next_cursor?: number | null }, Item>(
  fetch: (after: { after?: number }) => Promise<Page>,
  items: (page: Page) => Item[],
): AsyncGenerator<Item, void, undefined> {
  let after: { after?: number } = {};
  for (;;) {
    const page = await fetch(after);
    yield* items(page);
    if (page.next_cursor === undefined || page.next_cursor === null) {
      return;
    }
    after = { after: page.next_cursor };
  }
}
