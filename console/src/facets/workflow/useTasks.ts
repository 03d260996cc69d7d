import { useSyncExternalStore } from 'react';
import type { Client } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import type { Feed } from '../../data/feed.ts';
import { TaskBook } from './tasks.ts';

/** One book for a viewer, however many panels look into it. */
const books = new WeakMap<Feed, TaskBook>();

function bookOf(feed: Feed, client: Client): TaskBook {
  let book = books.get(feed);
  if (!book) {
    book = new TaskBook(client, feed);
    books.set(feed, book);
  }
  return book;
}

/** The tasks of the session that the feed follows; the component renders when they change. */
export function useTasks(feed: Feed): TaskBook {
  const book = bookOf(feed, useClient());
  useSyncExternalStore(book.subscribe, book.getVersion);
  return book;
}
