import { readFileSync, statSync } from 'node:fs';
import { serverSetting } from './postgres.js';
import { ShownProcess } from './test-process.js';

interface Place {
  url: string;
  database_url: string;
  /** The file that it writes to. */
  output: string;
}

/** ChatAPI as it is shipped, in the process that files of tests share: scripts/test-apps.mjs starts it and ends it. */
export class SharedProcess extends ShownProcess {
  protected override readonly title = 'the application that files share';
  /** What it wrote for other files is no concern of this one. */
  private readonly from: number;
  private left = false;

  private constructor(private readonly place: Place) {
    super();
    this.from = statSync(place.output).size;
  }

  /** Of this worker of jest; started when nobody has asked for it before. */
  static async ask(): Promise<SharedProcess> {
    const worker = process.env.JEST_WORKER_ID ?? '1';
    const answer = await fetch(`${serverSetting('TEST_APPS_URL')}/${worker}`);
    if (!answer.ok) throw new Error(await answer.text());
    return new SharedProcess((await answer.json()) as Place);
  }

  get url(): string {
    return this.place.url;
  }

  get databaseUrl(): string {
    return this.place.database_url;
  }

  override get output(): string {
    return readFileSync(this.place.output).subarray(this.from).toString();
  }

  get pid(): number {
    throw new Error('The application that files share is not stopped by one of them: start another with startApp().');
  }

  override get hasEnded(): boolean {
    return this.left;
  }

  protected override get howItEnded(): string {
    return 'for this file';
  }

  /** The file is through with it, and it goes on. */
  async end(signal: NodeJS.Signals): Promise<number> {
    if (signal !== 'SIGTERM') return this.pid;
    this.left = true;
    return 0;
  }
}
