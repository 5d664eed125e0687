import { sharedApp, startApp, type Answer, type TestApp, type TestAppOptions, type TestClient } from './app.js';
import { closeSockets, connect, type ConnectOptions, type TestSocket } from './socket.js';

/** What tests share that run against one application: each of them has a tenant of its own. */
export interface OneApp {
  readonly app: TestApp;
  /** Of the test that runs. */
  readonly client: TestClient;
  /** A call with the client's master key for this user; without one, for the client itself. */
  as(user: string | undefined, method: string, path: string, body?: object): Promise<Answer>;
  /** A socket with a scoped key of this user's own. */
  socketOf(user: string, options?: ConnectOptions): Promise<TestSocket>;
}

/**
 * One application for the tests of the file, or of the `describe`, that calls this: the one that files share, or with
 * options one of its own, stopped after them. After each test its sockets are closed, and the application must have logged
 * no error so far.
 */
export function oneApp(options?: TestAppOptions): OneApp {
  let app: TestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await (options ? startApp(options) : sharedApp());
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(async () => {
    closeSockets();
    expect(await app.errors()).toEqual([]);
  });
  afterAll(() => app.stop());
  return {
    get app() {
      return app;
    },
    get client() {
      return client;
    },
    as: (user, method, path, body) => client.master(user).request(method, path, body ? { body } : {}),
    socketOf: async (user, connecting) => connect(app, (await client.login(user)).key, connecting),
  };
}
