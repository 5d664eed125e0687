/** Where a {@link ChatClient} keeps what outlives it. Values are plain objects, as structured clone and JSON take them. */
export interface ChatStorage {
  /** What was kept under this key; undefined where nothing is. */
  get(key: string): Promise<unknown>;
  /** Keeps a value under this key. */
  set(key: string, value: unknown): Promise<void>;
  /** Forgets what is kept under this key. */
  delete(key: string): Promise<void>;
}

/** Outlives the client, not the process. */
export class MemoryStorage implements ChatStorage {
  private readonly values = new Map<string, string>();

  /** What was kept under this key; undefined where nothing is. */
  async get(key: string): Promise<unknown> {
    const value = this.values.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  /** Keeps a value under this key. */
  async set(key: string, value: unknown): Promise<void> {
    this.values.set(key, JSON.stringify(value));
  }

  /** Forgets what is kept under this key. */
  async delete(key: string): Promise<void> {
    this.values.delete(key);
  }
}

/** In the browser's IndexedDB: outlives the page. One database for each user, or what is kept would be mixed. */
export class IndexedDbStorage implements ChatStorage {
  private database: Promise<IDBDatabase> | undefined;

  constructor(private readonly name = 'chatapi') {}

  /** What was kept under this key; undefined where nothing is. */
  get(key: string): Promise<unknown> {
    return this.run('readonly', (store) => store.get(key));
  }

  /** Keeps a value under this key. */
  async set(key: string, value: unknown): Promise<void> {
    await this.run('readwrite', (store) => store.put(value, key));
  }

  /** Forgets what is kept under this key. */
  async delete(key: string): Promise<void> {
    await this.run('readwrite', (store) => store.delete(key));
  }

  private async run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await (this.database ??= this.open());
    const transaction = database.transaction('kept', mode);
    const request = act(transaction.objectStore('kept'));
    return new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve(request.result));
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.addEventListener('upgradeneeded', () => request.result.createObjectStore('kept'));
      request.addEventListener('success', () => {
        // Another tab that deletes or upgrades it goes first; it is opened again when it is needed.
        request.result.addEventListener('versionchange', () => {
          request.result.close();
          this.database = undefined;
        });
        resolve(request.result);
      });
      request.addEventListener('error', () => {
        this.database = undefined;
        reject(request.error);
      });
    });
  }
}
